// Configuration: its sections beside the one that is open.

import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, Route, Routes } from 'react-router';
import { useMay, type Role } from '../../data/session.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { NotFound } from '../../parts/not-found.tsx';
import { AgentsSection } from './agents-section.tsx';
import { AuditSection } from './audit-section.tsx';
import { ContactsSection } from './contacts-section.tsx';
import { DesiredStateSection } from './desired-state-section.tsx';
import { GroupsSection } from './groups-section.tsx';
import { HealthSection } from './health-section.tsx';
import { ObjectsSection } from '../objects/objects-section.tsx';
import { OutboxSection } from './outbox-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { RulesSection } from './rules-section.tsx';
import { TokensSection } from './tokens-section.tsx';
import { UsersSection } from './users-section.tsx';
import '../../parts/grid-table.css';
import './configuration.css';

interface Section {
  path: string;
  name:
    | 'rules'
    | 'contacts'
    | 'objects'
    | 'outbox'
    | 'groups'
    | 'desired'
    | 'agents'
    | 'users'
    | 'tokens'
    | 'profile'
    | 'audit'
    | 'health';
  needs: Role;
  Screen: () => React.ReactNode;
  /** It has pages of its own below its path. */
  isDeep?: true;
}

const FAMILIES: readonly { name: 'watching' | 'estate' | 'access' | 'plexus'; sections: readonly Section[] }[] = [
  {
    name: 'watching',
    sections: [
      { path: 'rules', name: 'rules', needs: 'viewer', Screen: RulesSection },
      { path: 'objects', name: 'objects', needs: 'viewer', Screen: ObjectsSection, isDeep: true },
      { path: 'contacts', name: 'contacts', needs: 'admin', Screen: ContactsSection },
      { path: 'outbox', name: 'outbox', needs: 'viewer', Screen: OutboxSection },
    ],
  },
  {
    name: 'estate',
    sections: [
      { path: 'groups', name: 'groups', needs: 'viewer', Screen: GroupsSection },
      { path: 'desired-state', name: 'desired', needs: 'viewer', Screen: DesiredStateSection },
      { path: 'agents', name: 'agents', needs: 'admin', Screen: AgentsSection },
    ],
  },
  {
    name: 'access',
    sections: [
      { path: 'users', name: 'users', needs: 'admin', Screen: UsersSection },
      { path: 'tokens', name: 'tokens', needs: 'admin', Screen: TokensSection },
      { path: 'profile', name: 'profile', needs: 'viewer', Screen: ProfileSection },
    ],
  },
  {
    name: 'plexus',
    sections: [
      { path: 'health', name: 'health', needs: 'viewer', Screen: HealthSection },
      { path: 'audit', name: 'audit', needs: 'engineer', Screen: AuditSection },
    ],
  },
];

export default function ConfigurationScreen() {
  return (
    <div className="configuration">
      <SectionList />
      <div className="configuration__section">
        <Routes>
          <Route index element={<Navigate to="rules" replace />} />
          {FAMILIES.flatMap((family) => family.sections).map((section) => (
            <Route
              key={section.path}
              path={section.isDeep ? `${section.path}/*` : section.path}
              element={<Guarded section={section} />}
            />
          ))}
          <Route path="*" element={<NotFound />} />
        </Routes>
      </div>
    </div>
  );
}

function SectionList() {
  const { t } = useTranslation();
  const may = { viewer: true, operator: useMay('operator'), engineer: useMay('engineer'), admin: useMay('admin') };
  return (
    <nav className="configuration__list" aria-label={t('configuration.sections.label')}>
      {FAMILIES.map((family) => {
        const open = family.sections.filter((section) => may[section.needs]);
        if (open.length === 0) return null;
        return (
          <div key={family.name}>
            <h2>{t(`configuration.sections.${family.name}`)}</h2>
            {open.map((section) => (
              <NavLink key={section.path} to={`/configuration/${section.path}`}>
                {t(`configuration.sections.${section.name}`)}
              </NavLink>
            ))}
          </div>
        );
      })}
    </nav>
  );
}

function Guarded({ section: { needs, Screen } }: { section: Section }) {
  const { t } = useTranslation();
  const may = useMay(needs);
  if (may) return <Screen />;
  return (
    <div className="card">
      <EmptyState
        title={t('configuration.mayNot')}
        reason={t('configuration.mayNotWhy', { role: t(`configuration.users.role.${needs}`) })}
      />
    </div>
  );
}
