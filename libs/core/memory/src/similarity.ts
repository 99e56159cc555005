/**
 * What a keyword hit is worth (contracts §3): the share of the query's IDF that the passage covers, on the scale that all modes
 * share: 0 → 0.30, a half → 0.70, all → 1.00, straight lines between.
 */
export function similarityOfShare(share: number): number {
  const similarity = share <= 0.5 ? 0.3 + 0.8 * share : 0.4 + 0.6 * share;
  return Math.round(Math.min(similarity, 1) * 10_000) / 10_000;
}

/** The least share that reaches a similarity. */
export function shareOfSimilarity(similarity: number): number {
  if (similarity <= 0.3) return 0;
  return similarity <= 0.7 ? (similarity - 0.3) / 0.8 : (similarity - 0.4) / 0.6;
}
