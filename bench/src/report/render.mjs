/** Makes the report's files of measurements. */
import { fillIn } from './markdown.mjs';
import { makeParts } from './parts.mjs';
import { makePictures } from './pictures.mjs';
import { Summary } from './summary.mjs';

/**
 * @typedef {object} TextFile
 * @property {string} file from the root of the repository
 * @property {string} text
 */

/** Where the charts lie: beside the page, so that it can be read without the site, too. */
const PICTURES = 'docs/guide/measured';

/**
 * Fills in the documents, and draws the charts.
 * @param {import('../results.mjs').Measurement[]} measurements
 * @param {readonly TextFile[]} documents
 * @returns {TextFile[]}
 */
export function renderReport(measurements, documents) {
  const summary = new Summary(measurements);
  const parts = makeParts(summary);
  const pictures = makePictures(summary);
  return [
    ...documents.map(({ file, text }) => ({ file, text: fillIn(text, parts) })),
    ...Object.entries(pictures).map(([name, text]) => ({ file: `${PICTURES}/${name}`, text })),
  ];
}
