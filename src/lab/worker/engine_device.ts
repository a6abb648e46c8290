/**
 * The engine's graphics device: opened when it is first needed, and anew after a loss, from whichever adapter there is then.
 * Knows no run.
 */
import { describeError, type LabError, type LabErrorData } from '../../base/lab_error';
import { onMistake, openDevice, type OpenedDevice } from '../../gpu/device';
import type { AdapterReport } from '../protocol/protocol';

/** WebGPU's default limit, by which a weak adapter is recognised. */
const DEFAULT_BINDING = 134_217_728;
/** Milliseconds between tries after a loss: the browser's GPU process takes a moment to come back. */
const TRIES_MS = [300, 1000, 2000];

export interface EngineDeviceParts {
  readonly gpu: GPU | undefined;
  /** Told of every loss; the next call of `open` asks for another device then. */
  readonly onLoss: (error: LabError) => void;
  /** Told of mistakes that no error scope caught. */
  readonly onMistake: (error: LabError) => void;
}

export class EngineDevice {
  private opened: Promise<OpenedDevice> | null = null;

  constructor(private readonly parts: EngineDeviceParts) {}

  /** The device that there is. Rejects with LabError as `openDevice`. */
  open(): Promise<OpenedDevice> {
    this.opened ??= this.openNext();
    return this.opened;
  }

  /** The device that was opened last, if it is there. Never rejects. */
  get current(): Promise<OpenedDevice | null> {
    return this.opened?.catch(() => null) ?? Promise.resolve(null);
  }

  /** Asks for a device after a loss until one comes or it makes no sense any more; why there is none then. */
  async openAgain(): Promise<OpenedDevice | LabErrorData> {
    for (const ms of TRIES_MS) {
      const opened = await this.open().catch(() => null);
      if (opened !== null) return opened;
      await new Promise((resolve) => void setTimeout(resolve, ms));
    }
    return this.open().catch(describeError);
  }

  private async openNext(): Promise<OpenedDevice> {
    try {
      const opened = await openDevice(this.parts.gpu);
      onMistake(opened.device, this.parts.onMistake);
      void opened.lost.then((error) => {
        this.opened = null;
        this.parts.onLoss(error);
      });
      return opened;
    } catch (error) {
      this.opened = null;
      throw error;
    }
  }
}

/** What the page is told of a device and its adapter. */
export function reportOf({ device, adapter }: OpenedDevice): AdapterReport {
  const { limits, features } = device;
  return {
    ...adapter,
    features: [...features].sort(),
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    defaultLimitsOnly: limits.maxStorageBufferBindingSize <= DEFAULT_BINDING,
  };
}
