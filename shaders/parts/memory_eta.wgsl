// The number at ETA_OFFSET is eta, whose gradient falls a hundredfold within the first steps: remembered for a thousand, they
// would keep it from moving. It has
//
//   beta2 = 1 - (1 - beta1)^2        .99 for .9
//
// and no correction of the moments: with this beta2 the first step is as long without, and later ones up to twice as
// long until about the hundredth.
override ETA_OFFSET: u32;

// x: beta2, y: 1 - beta2.
fn memory_of(number: u32) -> vec2<f32> {
  let share = (1.0 - uniforms.beta1) * (1.0 - uniforms.beta1);
  return select(
    vec2<f32>(uniforms.beta2, 1.0 - uniforms.beta2), vec2<f32>(1.0 - share, share), number == ETA_OFFSET,
  );
}
fn corrections_of(number: u32) -> vec2<f32> {
  return select(vec2<f32>(uniforms.correction1, uniforms.correction2), vec2<f32>(1.0), number == ETA_OFFSET);
}
