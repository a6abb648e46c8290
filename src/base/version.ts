/** The lab's own version, as exports and `lab --version` give it; package.json says the same. */
export const labVersion = '0.1.0';
