// Monitoring objects within Configuration: sets, all objects, one object, import, trying a rule.

import { Navigate, Route, Routes } from 'react-router';
import { useMay } from '../../data/session.tsx';
import { ImportWizard } from './import-wizard.tsx';
import { ObjectBrowser } from './object-browser.tsx';
import { ObjectEditor } from './object-editor.tsx';
import { ObjectPage } from './object-page.tsx';
import { RuleTester } from './rule-tester.tsx';
import { SetList } from './set-list.tsx';
import './objects.css';

export function ObjectsSection() {
  const engineer = useMay('engineer');
  const only = (screen: React.ReactNode) => (engineer ? screen : <Navigate to="/configuration/objects" replace />);
  return (
    <Routes>
      <Route index element={<SetList />} />
      <Route path="all" element={<ObjectBrowser />} />
      <Route path="all/:objectId" element={<ObjectPage />} />
      <Route path="import" element={only(<ImportWizard />)} />
      <Route path="new" element={only(<ObjectEditor />)} />
      <Route path="rules" element={only(<RuleTester />)} />
      <Route path="*" element={<Navigate to="/configuration/objects" replace />} />
    </Routes>
  );
}
