/**
 * How long the tests wait before they take something for hung. A native driver can hang, and nothing inside it
 * would notice; but a machine may be slow or busy with other things, and that is no fault of the program. So no
 * limit here says how long work may take on a good machine: each is many times what the slowest test needs,
 * and what goes on for longer than one tells that it goes on.
 */
const MINUTE = 60_000;

/** A test or hook that a processor alone does in a second or two. */
export const UNIT_LIMIT_MS = 5 * MINUTE;
/** A GPU test or hook; on a software adapter, compiling kernels takes the slowest of them a minute. */
export const GPU_LIMIT_MS = 20 * MINUTE;
/** One step of an end-to-end test: an answer of the page, or a sign that training goes on. */
export const PAGE_LIMIT_MS = 10 * MINUTE;
/** Vitest's word for none: of a test that waits step by step, each step with its own limit. */
export const NO_LIMIT_MS = 0;
/** Something that comes by itself as soon as its turn comes, such as the next message between two objects. */
export const POLL_LIMIT_MS = MINUTE;
/** The answer of a Vulkan driver that is asked for an adapter, which takes half a second. */
export const PROBE_LIMIT_MS = 2 * MINUTE;
/** A stage of which nothing was heard for so long is hung. Longer than any limit of a test, so that Vitest speaks first. */
export const SILENCE_LIMIT_MS = 25 * MINUTE;
