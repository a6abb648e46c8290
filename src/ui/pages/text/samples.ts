/** Texts to begin with, by the kind of language model; written for the lab. */

export interface SampleText {
  readonly title: string;
  readonly text: string;
}

const STORIES: readonly SampleText[] = [
  {
    title: 'A red ball',
    text: 'Once upon a time, there was a little girl named Lily. She had a red ball and a small brown dog named Max. One day, the ball rolled into the big park. Lily was sad. "Do not worry," said her mom. "Max will find it!" Max ran and ran. He saw a blue bird, a green frog and, at last, the red ball. Lily was so happy that she jumped up and down.',
  },
  {
    title: 'Feelings',
    text: 'Tom was scared of the dark. His sister Sara was not scared at all. She laughed, and Tom got angry. "That is not nice," said Dad. Sara felt sorry. She gave Tom her soft teddy bear. Tom smiled. Now he was brave, and soon they were both tired and went to bed.',
  },
  {
    title: 'Counting',
    text: 'Ben had one apple. Mia gave him two more apples. Now Ben had three apples. He ate one. "I have two left," he said. Then came four birds, five ducks and six little fish, and everyone wanted to eat an apple too.',
  },
];

const GENERAL: readonly SampleText[] = [
  {
    title: 'A week',
    text: 'The committee met on Monday, adjourned on Tuesday and came back on Thursday afternoon. By Friday, January 12, nobody remembered what had been decided on Wednesday; the minutes were published on Sunday and again in March, April and May.',
  },
  {
    title: 'A report',
    text: 'Researchers in Geneva said in 2004 that the temperature of the lake had risen by 1.4 degrees since the 1970s. In the winter of 1998 it fell again, and by the spring of 2001 fishermen in France and Switzerland were catching 30 percent less than their fathers had.',
  },
  {
    title: 'Code',
    text: 'def mean(values):\n    """The arithmetic mean of a list of numbers."""\n    if len(values) == 0:\n        return 0.0\n    total = 0\n    for value in values:\n        total += value\n    return total / len(values)\n',
  },
];

/** Samples that a language model is at home with: children's stories, or anything. */
export function samplesFor(languageModel: string): readonly SampleText[] {
  return languageModel.includes('stories') ? STORIES : GENERAL;
}
