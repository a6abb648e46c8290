/**
 * The steps of tokenizer.json around its model, read into functions: normalizer, pre_tokenizer, and what the
 * post_processor puts before a text. Only steps that come out as in the reference are known here; every other
 * type or value is a complaint with its path, as `Complain` takes it. Source: huggingface/tokenizers.
 */
import { showValue } from '../base/schema_issues';

/** Throws the LabError of a field that the lab does not run; `must` follows "it must be". */
export type Complain = (path: string, value: unknown, must: string) => never;

type Settings = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NORMALIZERS = ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'Sequence'];
const PRE_TOKENIZERS = ['ByteLevel', 'Digits', 'Sequence'];
const POST_PROCESSORS = [
  'ByteLevel',
  'TemplateProcessing',
  'RobertaProcessing',
  'BertProcessing',
  'Sequence',
];

/** Reads the settings of one file; `complain` has its name. */
export class StepReader {
  constructor(private readonly complain: Complain) {}

  /** The function that `normalizer` describes; absent and null change nothing. */
  normalizer(value: unknown): (text: string) => string {
    if (value === undefined || value === null) return (text) => text;
    return this.normalizerStep(value, 'normalizer');
  }

  /** The function that cuts text into words as `pre_tokenizer` says. */
  preTokenizer(value: unknown): (text: string) => string[] {
    const path = 'pre_tokenizer';
    const steps = this.preTokenizers(value, path);
    const bytes = steps.findIndex((step) => step.isByteLevel);
    if (bytes < 0 || bytes !== steps.length - 1) {
      return this.complain(path, value, 'steps of which the last and no other is "ByteLevel"');
    }
    return (text) => steps.reduce((words, { cut }) => words.flatMap((word) => cut(word)), [text]);
  }

  /** Ids that `post_processor` puts before a text. */
  tokensBefore(value: unknown): number[] {
    if (value === undefined || value === null) return [];
    return this.tokensBeforeStep(value, 'post_processor');
  }

  /** Complains unless `decoder` writes the bytes of tokens, or is absent. */
  decoder(value: unknown): void {
    if (value === undefined || value === null) return;
    const settings = this.step(value, 'decoder');
    if (settings.type !== 'ByteLevel') this.unknownType(settings, 'decoder', ['ByteLevel']);
  }

  private normalizerStep(value: unknown, path: string): (text: string) => string {
    const settings = this.step(value, path);
    switch (settings.type) {
      case 'NFC':
      case 'NFD':
      case 'NFKC':
      case 'NFKD': {
        const form = settings.type;
        this.only(settings, path, ['type']);
        return (text) => text.normalize(form);
      }
      case 'Lowercase':
        this.only(settings, path, ['type']);
        // Character by character: the reference has no other letter at the end of a Greek word.
        return (text) => Array.from(text, (character) => character.toLowerCase()).join('');
      case 'Sequence': {
        this.only(settings, path, ['type', 'normalizers']);
        const steps = this.list(settings.normalizers, `${path}.normalizers`).map((step, i) =>
          this.normalizerStep(step, `${path}.normalizers.${i}`),
        );
        return (text) => steps.reduce((changed, step) => step(changed), text);
      }
      default:
        return this.unknownType(settings, path, NORMALIZERS);
    }
  }

  private preTokenizers(value: unknown, path: string): PreTokenizer[] {
    const settings = this.step(value, path);
    switch (settings.type) {
      case 'Sequence':
        this.only(settings, path, ['type', 'pretokenizers']);
        return this.list(settings.pretokenizers, `${path}.pretokenizers`).flatMap((step, i) =>
          this.preTokenizers(step, `${path}.pretokenizers.${i}`),
        );
      case 'Digits': {
        this.only(settings, path, ['type', 'individual_digits']);
        const alone = this.flag(settings, path, 'individual_digits');
        const pattern = alone ? /\p{N}|\P{N}+/gu : /\p{N}+|\P{N}+/gu;
        return [{ isByteLevel: false, cut: (text) => text.match(pattern) ?? [] }];
      }
      case 'ByteLevel': {
        this.only(settings, path, ['type', 'add_prefix_space', 'trim_offsets', 'use_regex']);
        const prefix = this.flag(settings, path, 'add_prefix_space');
        const splits = this.flag(settings, path, 'use_regex', true);
        const cut = (text: string): string[] => {
          const whole = prefix && !text.startsWith(' ') ? ` ${text}` : text;
          return splits ? (whole.match(WORDS) ?? []) : [whole];
        };
        return [{ isByteLevel: true, cut }];
      }
      default:
        return this.unknownType(settings, path, PRE_TOKENIZERS);
    }
  }

  private tokensBeforeStep(value: unknown, path: string): number[] {
    const settings = this.step(value, path);
    switch (settings.type) {
      case 'ByteLevel':
        return [];
      case 'BertProcessing':
      case 'RobertaProcessing':
        return [this.tokenId(this.list(settings.cls, `${path}.cls`)[1], `${path}.cls.1`)];
      case 'TemplateProcessing':
        return this.templateTokens(settings, path);
      case 'Sequence':
        // Each wraps what the ones before it gave.
        return this.list(settings.processors, `${path}.processors`)
          .map((step, i) => this.tokensBeforeStep(step, `${path}.processors.${i}`))
          .toReversed()
          .flat();
      default:
        return this.unknownType(settings, path, POST_PROCESSORS);
    }
  }

  private templateTokens(settings: Settings, path: string): number[] {
    const place = `${path}.single`;
    const pieces = this.list(settings.single, place);
    const isText = (piece: unknown) =>
      isObject(piece) && isObject(piece.Sequence) && piece.Sequence.id === 'A';
    const text = pieces.findIndex(isText);
    if (text < 0 || pieces.filter(isText).length > 1) {
      return this.complain(place, pieces, 'a template with the text A in it once');
    }
    return pieces.slice(0, text).flatMap((piece, i) => {
      const special = isObject(piece) ? piece.SpecialToken : undefined;
      const name = isObject(special) ? special.id : undefined;
      if (typeof name !== 'string') {
        return this.complain(`${place}.${i}`, piece, 'a SpecialToken with an id');
      }
      const named = `${path}.special_tokens`;
      const table = isObject(settings.special_tokens) ? settings.special_tokens : {};
      const token = Object.hasOwn(table, name) ? table[name] : undefined;
      const ids = this.list(isObject(token) ? token.ids : undefined, `${named}.${name}.ids`);
      return ids.map((id, k) => this.tokenId(id, `${named}.${name}.ids.${k}`));
    });
  }

  private step(value: unknown, path: string): Settings {
    return isObject(value) ? value : this.complain(path, value, 'an object with a type');
  }

  private list(value: unknown, path: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.complain(path, value, 'a list');
  }

  private flag(settings: Settings, path: string, name: string, absent?: boolean): boolean {
    const value = settings[name] === undefined ? absent : settings[name];
    return typeof value === 'boolean'
      ? value
      : this.complain(`${path}.${name}`, value, 'true or false');
  }

  private tokenId(value: unknown, path: string): number {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.complain(path, value, 'the id of a token');
  }

  /** A setting that is not known might change ids. */
  private only(settings: Settings, path: string, names: readonly string[]): void {
    const other = Object.keys(settings).find((name) => !names.includes(name));
    if (other !== undefined) this.complain(`${path}.${other}`, settings[other], 'left out');
  }

  private unknownType(settings: Settings, path: string, known: readonly string[]): never {
    const list = known.map((name) => showValue(name)).join(', ');
    return this.complain(`${path}.type`, settings.type, known.length > 1 ? `one of ${list}` : list);
  }
}

interface PreTokenizer {
  readonly isByteLevel: boolean;
  readonly cut: (text: string) => string[];
}

/**
 * GPT-2's words: contractions, letters, digits and other signs with the space before them, white space. Space
 * is Unicode's: JavaScript's \s has U+FEFF, which begins many files, and lacks U+0085. Source: openai/gpt-2,
 * encoder.py.
 */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
