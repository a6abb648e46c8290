/**
 * The lint rule that keeps decisions about an architecture inside its folder, src/sae/architectures/<name>: nowhere
 * else may code name one, compare or switch on its name, key a table by it, or probe for a setting that only some
 * models have. Whoever needs to know asks the architecture (src/sae/config.ts). Names and settings are read from the
 * folders themselves, so that a new architecture is covered by being there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AST_NODE_TYPES as Kind, ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

/** @typedef {import('@typescript-eslint/utils').TSESTree.Node} Node */

const FOLDER = resolve(import.meta.dirname, '../../src/sae/architectures');

/** Names of the architectures: the folders. */
export const NAMES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/**
 * Keys of the object that begins with `from`, one per line.
 * @param {string} file
 * @param {string} from
 */
function keysOf(file, from) {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const start = text.indexOf(from);
  const body = text.slice(start, text.indexOf('\n}', start));
  return [...body.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name ?? '');
}

const shared = new Set(['architecture', ...keysOf('shared_settings.ts', 'SHARED_SETTINGS = {')]);

/** Settings that not every model has. */
export const OWN_SETTINGS = [
  ...new Set(
    [
      ...keysOf('groups.ts', 'GROUP_SETTINGS = {'),
      ...NAMES.flatMap((name) => keysOf(`${name}/index.ts`, 'z.strictObject({')),
    ].filter((setting) => !shared.has(setting)),
  ),
];

const names = new Set(NAMES);
const own = new Set(OWN_SETTINGS);

/** Words of an architecture that stand for its name. */
const WORDS = new Set(['name', 'choice', 'detail']);
const COMPARISONS = new Set(['===', '!==', '==', '!=', '<', '>', '<=', '>=', 'in']);

const INSTEAD = 'Ask the architecture (src/sae/config.ts), in whose folder the answer belongs.';

export const architecturesRule = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    docs: { description: 'Nothing outside src/sae/architectures decides by an architecture.' },
    messages: {
      name: `"{{name}}" names an architecture. ${INSTEAD}`,
      decides: `This decides by the name of an architecture. ${INSTEAD}`,
      position: `This picks an architecture by its place in the registry. ${INSTEAD}`,
      setting: `"{{name}}" is a setting of some architectures only. ${INSTEAD}`,
      import: `The folder of an architecture is the registry's business alone. ${INSTEAD}`,
    },
    schema: [
      {
        type: 'object',
        properties: { formatWords: { type: 'array', items: { type: 'string' } } },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{}],
  },
  create(context) {
    /** @type {{ formatWords?: readonly string[] }} */
    const { formatWords = [] } = context.options[0] ?? {};
    const services = ESLintUtils.getParserServices(context);

    /**
     * A name of one letter is too common to be forbidden wherever it stands.
     * @param {string} text
     */
    const isTelling = (text) => text.length > 1 && own.has(text) && !formatWords.includes(text);

    /**
     * Whether all that an expression can be are names of architectures.
     * @param {Node} node
     */
    const hasNamesType = (node) => {
      const type = services.getTypeAtLocation(node);
      const parts = (type.isUnion() ? type.types : [type]).filter(
        (part) => (part.flags & ts.TypeFlags.Undefined) === 0,
      );
      return (
        parts.length > 0 && parts.every((part) => part.isStringLiteral() && names.has(part.value))
      );
    };

    /**
     * Whether an expression is the name of an architecture, or is made of it.
     * @param {Node} node
     * @returns {boolean}
     */
    const isName = (node) => {
      switch (node.type) {
        case Kind.TemplateLiteral:
          return node.expressions.some(isName);
        case Kind.BinaryExpression:
          return node.operator === '+' && (isName(node.left) || isName(node.right));
        case Kind.CallExpression:
          return node.callee.type === Kind.MemberExpression
            ? isName(node.callee.object)
            : node.callee.type === Kind.Identifier &&
                node.callee.name === 'String' &&
                node.arguments.some(isName);
        case Kind.TSAsExpression:
        case Kind.TSNonNullExpression:
        case Kind.ChainExpression:
          return isName(node.expression);
        case Kind.MemberExpression:
          return propertyOf(node) === 'architecture' || hasNamesType(node);
        case Kind.Identifier:
          return hasNamesType(node);
        default:
          return false;
      }
    };

    /**
     * @param {Node} node
     * @param {string} text
     */
    const text = (node, text) => {
      if (names.has(text)) context.report({ node, messageId: 'name', data: { name: text } });
      else if (isTelling(text))
        context.report({ node, messageId: 'setting', data: { name: text } });
    };

    /**
     * A key of an object, a pattern, a type or a class.
     * @param {{ readonly key: Node, readonly computed: boolean }} node
     */
    const key = ({ key, computed }) => {
      if (key.type === Kind.Identifier && !computed) text(key, key.name);
    };

    /**
     * A setting that is asked for by a name which `text` lets pass, as it is too short.
     * @param {Node} node
     * @param {Node | undefined} asked
     */
    const short = (node, asked) => {
      if (asked?.type !== Kind.Literal || typeof asked.value !== 'string') return;
      const { value } = asked;
      if (own.has(value) && !isTelling(value) && !formatWords.includes(value)) {
        context.report({ node, messageId: 'setting', data: { name: value } });
      }
    };

    /**
     * @param {Node} node
     * @param {Node | null} source
     */
    const imported = (node, source) => {
      if (source?.type !== Kind.Literal || typeof source.value !== 'string') return;
      if (/architectures\/(?!architecture$|shared_settings$)/.test(source.value)) {
        context.report({ node, messageId: 'import' });
      }
    };

    return {
      Literal(node) {
        if (typeof node.value === 'string') text(node, node.value);
        else if ('regex' in node && /topk|sasa/.test(node.regex.pattern)) {
          context.report({ node, messageId: 'name', data: { name: node.raw } });
        }
      },
      TemplateElement: (node) => text(node, node.value.cooked ?? ''),
      Property: key,
      TSPropertySignature: key,
      PropertyDefinition: key,
      MethodDefinition: key,
      MemberExpression(node) {
        const { object, property } = node;
        if (!node.computed && property.type === Kind.Identifier) text(property, property.name);
        // A table with a row for each, or the name's length, letters, beginning.
        if (isName(object) || (node.computed && isName(property))) {
          context.report({ node, messageId: 'decides' });
        }
        const place = node.computed
          ? property.type === Kind.Literal
          : /^(indexOf|findIndex|at)$/.test(propertyOf(node) ?? '');
        if (isRegistry(object) && place) context.report({ node, messageId: 'position' });
      },
      BinaryExpression(node) {
        const sides = [node.left, node.right];
        if (!COMPARISONS.has(node.operator)) return;
        if (sides.some((side) => isName(side) || isWord(side))) {
          context.report({ node, messageId: 'decides' });
        }
        if (node.operator === 'in') short(node, node.left);
      },
      SwitchStatement({ discriminant: node }) {
        if (isName(node) || isWord(node)) context.report({ node, messageId: 'decides' });
      },
      CallExpression(node) {
        const { callee, arguments: given } = node;
        const [first] = given;
        if (callee.type === Kind.MemberExpression) {
          const method = propertyOf(callee) ?? '';
          // A list or a table that is asked for the name.
          if (
            /^(includes|indexOf|has|get|test|exec|match|is)$/.test(method) &&
            given.some(isName)
          ) {
            context.report({ node, messageId: 'decides' });
          }
          if (/^(hasOwn|hasOwnProperty|has|get)$/.test(method)) {
            for (const asked of given) short(node, asked);
          }
        } else if (callee.type === Kind.Identifier && callee.name === 'at' && first !== undefined) {
          if (isRegistry(first)) context.report({ node, messageId: 'position' });
        }
      },
      'VariableDeclarator[id.type="ArrayPattern"]'(
        /** @type {import('@typescript-eslint/utils').TSESTree.VariableDeclarator} */ node,
      ) {
        if (node.init !== null && isRegistry(node.init)) {
          context.report({ node, messageId: 'position' });
        }
      },
      ImportDeclaration: (node) => imported(node, node.source),
      ExportNamedDeclaration: (node) => imported(node, node.source),
      ExportAllDeclaration: (node) => imported(node, node.source),
      ImportExpression: (node) => imported(node, node.source),
    };
  },
});

/** @param {Node} node */
function isRegistry(node) {
  return node.type === Kind.Identifier && node.name === 'architectures';
}

/**
 * `x.words.name` and its like.
 * @param {Node} node
 */
function isWord(node) {
  if (node.type !== Kind.MemberExpression || !WORDS.has(propertyOf(node) ?? '')) return false;
  const { object } = node;
  return object.type === Kind.Identifier
    ? object.name === 'words'
    : object.type === Kind.MemberExpression && propertyOf(object) === 'words';
}

/**
 * The name of the property that an expression takes; undefined for one that is computed.
 * @param {import('@typescript-eslint/utils').TSESTree.MemberExpression} node
 */
function propertyOf({ property, computed }) {
  if (!computed) return property.type === Kind.Identifier ? property.name : undefined;
  return property.type === Kind.Literal ? String(property.value) : undefined;
}
