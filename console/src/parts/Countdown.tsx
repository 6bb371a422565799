import LiveRegion from '@cloudscape-design/components/live-region';
import { useEffect, useRef, useState } from 'react';
import { announcement, clockFace, secondsUntil } from './countdown';
import { utc } from './Moment';

interface Props {
  until: string;
  /** What runs out, for the announcement: "Session of Production read-only". */
  what: string;
  onEnd?: () => void;
}

/** Time left, ticking. Announced politely at five minutes, one minute and the end. */
export function Countdown({ until, what, onEnd }: Props) {
  const [left, setLeft] = useState(() => secondsUntil(until, Date.now()));
  const [said, setSaid] = useState('');
  const last = useRef(left);
  const ended = useRef(onEnd);
  ended.current = onEnd;
  useEffect(() => {
    const tick = () => {
      const now = secondsUntil(until, Date.now());
      const words = announcement(last.current, now);
      if (words) setSaid(`${what} ${words}`);
      if (last.current > 0 && now === 0) ended.current?.();
      last.current = now;
      setLeft(now);
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [until, what]);
  return (
    <>
      <time className="countdown" dateTime={until} title={utc(until)}>
        {left > 0 ? clockFace(left) : 'ended'}
      </time>
      {said && (
        <LiveRegion hidden tagName="span">
          {said}
        </LiveRegion>
      )}
    </>
  );
}
