// A button that copies a text and says so.
import { useEffect, useState } from 'react';

/** `what` names the text for screen readers. In English: only the sandbox's pages have something to copy. */
export function Copy(props: { text: string; what: string }) {
  const [said, setSaid] = useState<'copied' | 'not allowed' | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
      setSaid('copied');
    } catch {
      // A page without TLS on another host has no clipboard.
      setSaid('not allowed');
    }
  };
  return (
    <button type="button" className="copy" aria-label={`Copy ${props.what}`} onClick={() => void copy()}>
      <span aria-live="polite">{said ?? 'copy'}</span>
    </button>
  );
}
