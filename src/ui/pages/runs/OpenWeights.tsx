/** Opens models from the folders that the lab or SAELens saved, as a run that waits to be explored. */
import { useRef, useState } from 'react';
import { openFiles } from '../../file_opening';
import { useEngineLack } from '../../parts/engine_lack';

export function OpenWeights() {
  const picker = useRef<HTMLInputElement>(null);
  const [reading, setReading] = useState(false);
  const lack = useEngineLack();
  const open = async (files: readonly File[]) => {
    setReading(true);
    try {
      await openFiles(files);
    } finally {
      setReading(false);
    }
  };
  if (lack !== null) {
    return <p className="quiet">Weights cannot be opened here. {lack.reason}</p>;
  }
  return (
    <>
      <button
        className="button"
        type="button"
        disabled={reading}
        title="A .zip for each model, as Export saves them, or the files of one SAELens folder"
        onClick={() => picker.current?.click()}
      >
        {reading ? 'Reading…' : 'Open weights…'}
      </button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept=".zip,.json,.jsonl,.safetensors"
        multiple
        tabIndex={-1}
        aria-label="Model folders to open"
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = '';
          if (files.length > 0) void open(files);
        }}
      />
    </>
  );
}
