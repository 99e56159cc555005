const VOCABULARY = 20_000;

/** Made-up words, few of them frequent and most of them rare, the same in every run. */
export function benchWords() {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  // The logarithm of the rank is even: Zipf's law, as in real text.
  const word = () => `w${Math.floor(Math.exp(random() * Math.log(VOCABULARY))).toString(36)}x`;
  return {
    sentence: (length: number) => Array.from({ length }, word).join(' '),
    /** A question of usual length with frequent and rare words. */
    question: () => 'what is w9x wqx w2sx w7px wd2x wzzx doing',
  };
}
