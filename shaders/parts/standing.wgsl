// How a score stands to a gate.
const LOSES = 0u;
const TIES = 1u; // at the limit, where not all can win
const WINS = 2u;
