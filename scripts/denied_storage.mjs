/**
 * Script for a page, to run before its own: its workers are granted no private files, as in some private windows. Used by
 * tests, and by the benchmark of what keeping costs.
 */
export const DENIED_STORAGE = `
  {
    const Granted = window.Worker;
    window.Worker = class extends Granted {
      constructor(address, options) {
        const denied = 'StorageManager.prototype.getDirectory = async () => { throw new Error("denied"); };';
        const whole = 'import ' + JSON.stringify(new URL(address, location.href).href) + ';' + denied;
        super(URL.createObjectURL(new Blob([whole], { type: 'text/javascript' })), options);
      }
    };
  }
`;
