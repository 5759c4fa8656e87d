// Whether an element has come near the part of the page that one sees: charts ask for
// their data only then.

import { useEffect, useRef, useState, type RefObject } from 'react';

// So that a chart is there when it is scrolled to.
const AHEAD_PX = 300;

export function useSeen<Kind extends Element>(): [RefObject<Kind | null>, boolean] {
  const element = useRef<Kind>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      // The page scrolls inside of the frame, whose edge would cut off a margin of the window.
      { root: document.getElementById('content'), rootMargin: `${AHEAD_PX}px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [seen]);
  return [element, seen];
}
