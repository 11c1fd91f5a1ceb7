export { answerPage } from './answer-page.ts';
export { escapeHtml } from './escape-html.ts';
