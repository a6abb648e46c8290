/**
 * What the scripted engine says about language models: text cut into tokens by a rule, groups that fire
 * on families of words, continuations that differ a little, and plausible losses. All of it is invented.
 */
import type {
  Continuation,
  Faithfulness,
  ListedLanguageModel,
  LogitAttribution,
  SteeringAnswer,
  TextReading,
  TokenScore,
  TokenSpan,
} from '../../src/lab/protocol/lm_protocol';
import type { Feeding } from '../../src/lab/protocol/protocol';
import type { AskOf } from '../../src/lab/protocol/requests';

/** Tokens that the scripted model reads at once. */
const CONTEXT = 256;
const GROUPS = 64;

export const FAMILIES: readonly (readonly [group: number, words: string])[] = [
  [12, 'monday tuesday wednesday thursday friday saturday sunday'],
  [40, 'red blue green yellow pink purple orange white black'],
  [7, 'lily tom ben sara mia max sue timmy'],
  [55, 'sad happy angry scared excited proud cried smiled laughed'],
  [31, 'said asked shouted whispered told'],
  [18, 'mom dad mommy daddy grandma mother father'],
  [23, 'ball car doll toy boat truck kite'],
  [3, 'dog cat bird bunny frog bear fish'],
  [48, 'one two three four five six seven'],
  [27, 'play played run ran jump jumped'],
  [9, 'the a an'],
  [60, '. , ! ? "'],
];

/** Uniform in [0, 1) from two integers; fixed, so that pictures can be compared. */
export function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

export const SCRIPTED_MODELS: readonly ListedLanguageModel[] = [
  {
    id: 'stories15m',
    label: 'stories15M',
    form: 'llama',
    layers: 6,
    width: 288,
    vocabulary: 32000,
    context: CONTEXT,
    bytes: 15_400_000,
    cached: true,
  },
  {
    id: 'openai-community/gpt2',
    label: 'openai-community/gpt2',
    form: 'gpt2',
    layers: 12,
    width: 768,
    vocabulary: 50257,
    context: 1024,
    bytes: 548_105_171,
    cached: false,
  },
];

/** Words with their leading space, punctuation, line ends. */
export function scriptedTokens(text: string): TokenSpan[] {
  const pieces = text.match(/ ?[\p{L}\p{N}']+|\n| ?[^\s\p{L}\p{N}]|\s/gu) ?? [];
  return pieces.map((piece, index) => ({
    token: (piece.length * 977 + index) % 32000,
    text: piece === '\n' ? '<0x0A>' : piece,
  }));
}

export function scriptedReading(model: number, step: number, text: string): TextReading {
  const tokens = scriptedTokens(text);
  const offsets = new Uint32Array(tokens.length + 1);
  const groups: number[] = [];
  const norms: number[] = [];
  const surprisal = new Float32Array(tokens.length);
  tokens.forEach((span, index) => {
    const word = span.text.trim().toLowerCase();
    surprisal[index] = index % CONTEXT === 0 ? Number.NaN : 6 * noise(index, 5) ** 3 + 0.02;
    const active = FAMILIES.filter(([, words]) => words.split(' ').includes(word)).map(
      ([group]) => [group, 3 + 4 * noise(index, group)] as const,
    );
    for (let i = active.length; i < 4; i++) {
      active.push([(word.length * 13 + 17 * i + model) % GROUPS, 0.4 + 1.4 * noise(index, i)]);
    }
    active.sort((a, b) => b[1] - a[1]);
    for (const [group, norm] of active) {
      groups.push(group);
      norms.push(norm);
    }
    offsets[index + 1] = groups.length;
  });
  return {
    model,
    step,
    tokens,
    surprisal,
    offsets,
    groups: Uint32Array.from(groups),
    norms: Float32Array.from(norms),
    windows: Math.max(1, Math.ceil(tokens.length / CONTEXT)),
  };
}

const STORY =
  ' a little girl named Lily. She loved to play outside in the sunshine. One day, she saw a big, red ball in the sky. It was the sun! She thought it was so pretty. Lily wanted to play with the ball, but it was too high up.';
const STEERED =
  ' a little girl named Lily. She loved to play outside on Monday. One Tuesday, she saw a big, red ball in the sky. On Wednesday it was the sun! She waited for Friday. Lily wanted to play with the ball every Saturday, and on Sunday too.';
const CONTROL =
  ' a little girl named Lily. She loved to play outside in the sunshine. One day, she saw a big, blue kite in the sky. It was the wind! She thought it was so pretty. Lily wanted to run with the kite, but it was too high up.';

export function scriptedSteering(command: AskOf<'steer_text'>, step: number): SteeringAnswer {
  const prompt = scriptedTokens(command.prompt);
  const write = (name: Continuation['name'], text: string): Continuation => ({
    name,
    tokens: [...prompt, ...scriptedTokens(text).slice(0, command.length)],
    promptTokens: prompt.length,
  });
  return {
    model: command.model,
    step,
    group: command.group,
    typicalNorm: 3.417,
    continuations: [
      write('original', STORY),
      write('steered', STEERED),
      write('random control', CONTROL),
    ],
  };
}

export function scriptedFaithfulness(model: number, tokens: number): Faithfulness {
  const sae = 1.31 + 0.12 * model;
  const [original, mean, zero] = [1.134, 4.62, 8.91];
  const kl = { sae: 0.19 + 0.11 * model, mean: 3.52, zero: 7.85 };
  return {
    tokens,
    layer: 4,
    ce_original: original,
    ce_sae: sae,
    ce_mean_ablation: mean,
    ce_zero_ablation: zero,
    kl_sae: kl.sae,
    kl_mean_ablation: kl.mean,
    kl_zero_ablation: kl.zero,
    kl_score_mean_ablation: (kl.mean - kl.sae) / kl.mean,
    kl_score_zero_ablation: (kl.zero - kl.sae) / kl.zero,
    ce_score_mean_ablation: (mean - sae) / (mean - original),
    ce_score_zero_ablation: (zero - sae) / (zero - original),
    explained_variance: 0.812 - 0.03 * model,
    explained_variance_legacy: 0.847 - 0.03 * model,
    l0: 16,
  };
}

export function scriptedAttribution(model: number, step: number, group: number): LogitAttribution {
  const family = FAMILIES.find(([known]) => known === group)?.[1] ?? 'then when where there';
  const words = family.split(' ');
  // Words stand around the plane as they do in scripted_stories.ts.
  const scoresAlong = (angle: number): TokenScore[] =>
    words
      .map((word, place) => ({
        token: 100 + place,
        text: ` ${word}`,
        logit: 3.4 * Math.cos(angle - (2 * Math.PI * place) / words.length) - 0.02 * place,
      }))
      .sort((a, b) => b.logit - a.logit);
  const axes = Array.from({ length: model === 0 ? 4 : 1 }, (_, axis) => {
    const scores = scoresAlong((axis * Math.PI) / 2);
    return {
      positive: scores.filter(({ logit }) => logit > 0),
      negative: scores.filter(({ logit }) => logit < 0).reverse(),
    };
  });
  const angles = Array.from({ length: model === 0 ? 24 : 0 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 24;
    return { angle, tokens: scoresAlong(angle).slice(0, 5) };
  });
  return { model, step, group, axes, angles };
}

/** The two parts of the work after so many rows. */
export function feedingOf(rows: number): Feeding {
  return {
    filled: 1,
    rowsMade: rows + 8192,
    sourceSeconds: rows / 21_000,
    shuffleSeconds: rows / 900_000,
    trainingSeconds: rows / 64_000,
  };
}
