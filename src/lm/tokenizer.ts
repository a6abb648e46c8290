/**
 * What the lab asks of a tokenizer, whatever its algorithm. Ids are those of the language model's
 * embedding; special tokens are added by whoever builds a sequence, never by `encode`.
 */
export interface Tokenizer {
  /** V, number of ids. */
  readonly vocabulary: number;
  /** Id that begins every sequence: BOS, or the end-of-text token of models that have no other. */
  readonly bos: number;
  /** Ids that mark the end of a document, never part of text. */
  readonly special: ReadonlySet<number>;
  /** Ids of a text, without BOS. Empty text gives no ids. */
  encode(text: string): Uint32Array;
  /** Text of ids; special tokens are left out, bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: ArrayLike<number>): string;
  /** One token as a person reads it: its leading space kept, control bytes written <0x0A>. Plain text, never markup. */
  textOf(token: number): string;
}
