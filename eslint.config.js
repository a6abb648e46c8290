/**
 * What the linter holds the code to: the strict type-checked rules of typescript-eslint, the rules of
 * hooks, and the arrows between the folders of src (docs: README, "How the code is laid out"). Comments
 * cannot switch a rule off. Layout is Prettier's business alone.
 */
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { architecturesRule } from './scripts/lint/architectures.mjs';

/**
 * The rooms of src/lab, from the ground up: each may import what is listed before it, none what comes after. The run
 * file and the messages of the page need no GPU.
 */
const ROOMS = [
  'run',
  'protocol',
  'encode',
  'language',
  'train',
  'explore',
  'text',
  'keep',
  'worker',
];
const rooms = ROOMS.map((room) => `lab/${room}`);
/** What the page may know of them: the worker by its address only. */
const PAGE_ROOMS = ['lab/run', 'lab/protocol', 'lab/keep', 'lab/worker'];
const GROUND = ['sae', 'data', 'lm', 'analysis', 'io', 'base'];

/**
 * What each folder of src may import besides itself and npm packages. An import that is not listed here is
 * an error, and so is one that leaves src or leads nowhere.
 */
const ARROWS = {
  base: [],
  gpu: ['base'],
  analysis: ['base'],
  sae: ['gpu', 'base'],
  data: ['gpu', 'base'],
  lm: ['gpu', 'base'],
  io: ['sae', 'base'],
  ...Object.fromEntries(
    rooms.map((room, floor) => [
      room,
      [...GROUND, ...(floor < 2 ? [] : ['gpu']), ...rooms.slice(0, floor)],
    ]),
  ),
  state: [...PAGE_ROOMS, 'sae', 'data', 'analysis', 'io', 'base'],
  ui: ['state', ...PAGE_ROOMS, 'sae', 'data', 'analysis', 'io', 'base'],
  cli: [...rooms, 'sae', 'data', 'analysis', 'io', 'gpu', 'base'],
};

/** Folders of which only types may be imported. */
const TYPE_ARROWS = { io: ['analysis'] };

/** Folders that may take the text of a kernel from shaders/, which lies beside src. */
const KERNEL_USERS = ['gpu', 'sae', 'data', 'lm'];
const KERNELS = ['../../shaders/**', '../../../shaders/**'];
/** The folder of an architecture holds the parts of kernels that are its own. */
const OWN_PARTS = ['[.]/*.wgsl?raw'];

const policies = [
  ...Object.entries(ARROWS).map(([from, to]) => ({
    from: { element: { type: from } },
    allow: { to: { element: { types: { anyOf: to } } } },
  })),
  ...Object.entries(TYPE_ARROWS).map(([from, to]) => ({
    from: { element: { type: from } },
    allow: { to: { element: { types: { anyOf: to } } }, dependency: { kind: 'type' } },
  })),
  {
    from: { element: { types: { anyOf: KERNEL_USERS } } },
    allow: { dependency: { source: KERNELS } },
  },
  { from: { element: { type: 'sae' } }, allow: { dependency: { source: OWN_PARTS } } },
];

/**
 * The arrows as a rule; a block of its own so that a test can hold it against forbidden imports.
 * @type {import('eslint').Linter.Config}
 */
export const importArrows = {
  name: 'sasa-lab/import-arrows',
  files: ['src/**/*.{ts,tsx}'],
  plugins: { boundaries },
  settings: {
    'boundaries/elements': Object.keys(ARROWS).map((type) => ({ type, pattern: `src/${type}` })),
    // A worker is started from its address, which is an import like any other.
    'boundaries/additional-dependency-nodes': [
      { selector: 'NewExpression[callee.name=URL] > Literal', kind: 'value', name: 'address' },
    ],
    'import/resolver': { node: { extensions: ['.ts', '.tsx'] } },
  },
  rules: {
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        checkUnknownLocals: true,
        message:
          '{{from.element.type}} may not import {{dependency.source}}: ' +
          'no arrow in eslint.config.js leads there, or nothing is there',
        policies,
      },
    ],
    'boundaries/no-unknown-files': 'error',
  },
};

/** Limits that a test would set by itself, and the two functions of Vitest whose own limit is a second. */
const LIMITS_OF_THEIR_OWN = [
  "Property[key.name='timeout'] > :matches(Literal, BinaryExpression)",
  'CallExpression[callee.name=/^(it|test|(before|after)(All|Each))$/] > Literal[raw=/^\\d/]',
  "CallExpression[callee.callee.property.name='each'] > Literal[raw=/^\\d/]",
  "CallExpression[callee.object.name='vi'][callee.property.name=/^wait(For|Until)$/]",
];

/** Functions that take as many arguments as one likes to give; a call takes some tens of thousands. */
const MANY = '/^(push|unshift|splice|concat|of|max|min|hypot|fromCharCode|fromCodePoint)$/';

/**
 * A list spread into a call: what a person gives can make it longer than a call may be. A block of its own so that
 * a test can hold it against forbidden calls.
 * @type {import('eslint').Linter.Config}
 */
export const shortCalls = {
  name: 'sasa-lab/short-calls',
  files: ['src/**/*.{ts,tsx}'],
  rules: {
    'no-restricted-syntax': [
      'error',
      ...[
        `CallExpression[callee.property.name=${MANY}] > SpreadElement`,
        `CallExpression[callee.property.name='apply'][callee.object.property.name=${MANY}]`,
      ].map((selector) => ({
        selector,
        message:
          'A long list overflows the stack here. Spread into an array, loop, or use largest and smallest of base/array.',
      })),
    ],
  },
};

/**
 * The types of typescript-eslint and of ESLint itself differ in what neither uses here.
 * @type {import('eslint').ESLint.Plugin}
 */
const sasaLab = { rules: { architectures: /** @type {any} */ (architecturesRule) } };

/**
 * Nothing decides by an architecture outside its folder; presets name some as data. A block of its own so that a test
 * can hold it against every way round it.
 * @type {import('eslint').Linter.Config}
 */
export const architecturesAsked = {
  name: 'sasa-lab/architectures',
  files: ['src/**/*.{ts,tsx}'],
  ignores: ['src/sae/architectures/**', 'src/sae/config.ts', 'src/lab/run/presets.ts'],
  plugins: { 'sasa-lab': sasaLab },
  // A score is what units compete by, moves are made, and the schemas' library refines, before they are settings.
  rules: { 'sasa-lab/architectures': ['error', { formatWords: ['score', 'moves', 'refine'] }] },
};

export default defineConfig(
  globalIgnores(['dist/', 'dist-cli/', 'out/', 'coverage/', 'public/']),
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-expect-error': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A switch either names every case or says with a default that the others are meant.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The compiler knows which names exist.
      'no-undef': 'off',
    },
  },
  // Only here: they run React's compiler over each file, which takes its time.
  {
    files: ['src/{ui,state}/**'],
    extends: [reactHooks.configs.flat.recommended],
    // Tells which libraries the compiler would leave alone; the page is built without the compiler.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'zod',
          message: "Import * as z from 'zod/mini': the page carries one form of zod only.",
        },
      ],
    },
  },
  {
    files: ['tests/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...LIMITS_OF_THEIR_OWN.map((selector) => ({
          selector,
          message: 'How long a test waits stands in scripts/limits.mjs: no machine is too slow.',
        })),
      ],
    },
  },
  {
    files: [
      'src/cli/**',
      'src/io/{metrics_text,sae_folder}.ts',
      'src/lab/keep/evaluated_folder.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'JSON',
          property: 'stringify',
          message:
            'It writes NaN as null: use strictJson (src/base/strict_json.ts) for what leaves the lab.',
        },
      ],
    },
  },
  importArrows,
  shortCalls,
  architecturesAsked,
  // SAELens' own word for the width of any dictionary.
  {
    files: ['src/io/**'],
    rules: {
      'sasa-lab/architectures': ['error', { formatWords: ['d_sae', 'score', 'moves', 'refine'] }],
    },
  },
  prettier,
);
