/**
 * Own text, and the prompt of steering: they are still there after a look at another page. The text stays in this
 * tab; no address ever holds it.
 */
import { create } from 'zustand';
import type { AboutModel } from '../lab/protocol/requests';
import type { EngineClient } from './engine_client';
import { forget, giveUp, modelKey, pose } from './questions';

export interface TextState {
  readonly text: string;
  readonly prompt: string;
}

export const useText = create<TextState>()(() => ({ text: '', prompt: '' }));

export function setText(text: string): void {
  useText.setState({ text });
}

export function setPrompt(prompt: string): void {
  useText.setState({ prompt });
}

/** Reads the text with a model; nothing is asked about blank text. */
export async function readWith(engine: EngineClient, about: AboutModel): Promise<void> {
  const { text } = useText.getState();
  const key = modelKey(about.runId, about.model);
  if (text.trim() === '') {
    giveUp('read_text', key);
    forget('read_text', (known) => known === key);
    return;
  }
  await pose(engine, 'read_text', key, { ...about, text }, { stage: 'Reading' });
}
