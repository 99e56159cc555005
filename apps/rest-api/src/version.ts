/** Of images, chart and packages alike. */
export const VERSION = '0.1.0';
