// What a code leaves for the gradient of its threshold, within half a bandwidth of it:
//
//   t = -(theta dL/dcode + [STEP] strength / B) / bandwidth
//
// Only codes above the threshold send a gradient to the encoder.
// thresholds  [K]
// coefs       at THRESHOLD_OFFSET [places] receives t
override THRESHOLD_OFFSET: u32;

@group(0) @binding(6) var<storage, read> thresholds: array<f32>;

fn reaches_encoder(code: f32) -> bool { return code > 0.0; }

fn keep_entry(place: u32, unit: u32, code: f32, by_code: f32) {
  let threshold = thresholds[unit];
  var gradient = 0.0;
  if (code == 0.0 || code - threshold < 0.5 * uniforms.bandwidth) {
    gradient = -threshold * by_code / uniforms.bandwidth;
    if (STEP) { gradient -= uniforms.sparsity_strength / (f32(B) * uniforms.bandwidth); }
  }
  coefs[THRESHOLD_OFFSET + place] = gradient;
}
