/**
 * WebGPU in Node, through Dawn (npm `webgpu`). Which Vulkan driver is used has been settled before this
 * process asked (scripts/vulkan_driver.mjs). Loaded only by commands that need a GPU, so that `lab help`
 * works on a machine without one.
 */
import { LabError } from '../base/lab_error';
import { onMistake, openDevice, type OpenedDevice } from '../gpu/device';
import { waitPatiently } from './patient_waiting';

/** Dawn's instance must outlive its devices, and nothing else holds it. */
let instance: GPU | undefined;

const WAY_OUT =
  process.platform === 'linux'
    ? 'Install the Vulkan loader and a driver: on Debian or Ubuntu "apt-get install libvulkan1 mesa-vulkan-drivers" (Mesa 23 or newer, in software too) or "apt-get install libvulkan1 chromium" (SwiftShader, in software).'
    : 'Update the driver of the graphics card.';

/**
 * Opens the best adapter's device; `lost` resolves also when WebGPU complains of a mistake that nobody
 * handles, since every number after that would be wrong. Throws LabError `no_webgpu` or `no_adapter` with what to install.
 */
export async function openNodeDevice(): Promise<OpenedDevice> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    instance ??= create([]);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new LabError(
      'no_webgpu',
      `WebGPU for Node (npm package webgpu) cannot be loaded here: ${said}.`,
      'Run "npm ci" again on this machine; the package supports Linux, macOS and Windows on x64 and arm64.',
      { cause: error },
    );
  }
  try {
    const opened = await openDevice(instance);
    if (opened.adapter.software) waitPatiently();
    const mistake = new Promise<LabError>((resolve) => {
      onMistake(opened.device, resolve);
    });
    return { ...opened, lost: Promise.race([opened.lost, mistake]) };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'no_adapter') throw error;
    throw new LabError('no_adapter', 'Node found no WebGPU adapter.', WAY_OUT, { cause: error });
  }
}

/**
 * Does work that opens the device when it first needs it, so that bad input is refused before one is asked
 * for, and gives the device back when the work is done.
 */
export async function withNodeDevice(
  work: (open: () => Promise<OpenedDevice>) => Promise<void>,
): Promise<void> {
  const opening: Promise<OpenedDevice>[] = [];
  const open = (): Promise<OpenedDevice> => {
    const [known] = opening;
    if (known !== undefined) return known;
    const first = openNodeDevice();
    opening.push(first);
    return first;
  };
  try {
    await work(open);
  } finally {
    for (const opened of await Promise.allSettled(opening)) {
      if (opened.status === 'fulfilled') opened.value.device.destroy();
    }
  }
}
