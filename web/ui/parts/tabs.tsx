// Tabs that are links: each has an address, survives a reload and can be shared.

import { NavLink } from 'react-router';
import './tabs.css';

export interface Tab {
  to: string;
  label: string;
  count?: number | undefined;
  /** Only active when the address is exactly this one. */
  end?: boolean;
}

export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} end={tab.end ?? false} preventScrollReset>
          {tab.label}
          {tab.count !== undefined && <span className="tabs__count">{tab.count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
