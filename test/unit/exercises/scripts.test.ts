import { expect, it } from 'vitest';
import { patientText } from '../../../scripts/exercises/scripts.ts';

it('gives the waits of a script more time on slow nodes, and changes nothing else', () => {
  const text = 'kubectl wait --for=create pod/a --timeout=30s; timeout 5 ping; echo --timeout=x';
  expect(patientText(text, 1)).toBe(text);
  expect(patientText(text, 10)).toBe(text.replace('30s', '300s'));
});
