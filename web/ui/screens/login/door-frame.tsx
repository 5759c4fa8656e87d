// What set-up and login look like before there is a console around them.

import { useEffect, type ReactNode } from 'react';
import { Logo } from '../../parts/icon.tsx';
import './door-frame.css';

interface DoorFrameProps {
  title: string;
  lead?: string;
  error?: string | undefined;
  note?: string;
  children: ReactNode;
}

export function DoorFrame({ title, lead, error, note, children }: DoorFrameProps) {
  useEffect(() => {
    document.title = `${title} · Plexus`;
  }, [title]);
  return (
    <main className="door-frame">
      <div className="door-frame__brand">
        <Logo /> Plexus
      </div>
      <div className="card door-frame__card">
        <h1>{title}</h1>
        {lead && <p className="mute">{lead}</p>}
        {error && (
          <p className="door-frame__error" role="alert">
            {error}
          </p>
        )}
        {children}
      </div>
      {note && <p className="second">{note}</p>}
    </main>
  );
}
