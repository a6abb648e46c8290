// A gate without a limit that units share.
fn places_at_limit() -> u32 { return 0u; }
fn keep_limit() {}
