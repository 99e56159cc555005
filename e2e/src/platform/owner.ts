/** Of every person in these tests. */
export const PASSWORD = 'Correct-Horse-1';
