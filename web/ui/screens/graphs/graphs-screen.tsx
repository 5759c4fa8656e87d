// Graphs: one address for exploring, aggregating, comparing hosts, and views.

import { lazy } from 'react';
import { Route, Routes } from 'react-router';
import { ExploreScreen } from './explore-screen.tsx';
import './graphs.css';

const AggregateScreen = lazy(() => import('./aggregate-screen.tsx'));
const CompareScreen = lazy(() => import('./compare-screen.tsx'));
const ViewsScreen = lazy(() => import('./views-screen.tsx'));
const ViewScreen = lazy(() => import('./view-screen.tsx'));
const ImportScreen = lazy(() => import('./import-screen.tsx'));

export default function GraphsScreen() {
  return (
    <Routes>
      <Route index element={<ExploreScreen />} />
      <Route path="aggregate" element={<AggregateScreen />} />
      <Route path="compare" element={<CompareScreen />} />
      <Route path="views" element={<ViewsScreen />} />
      <Route path="views/import" element={<ImportScreen />} />
      <Route path="views/:viewId" element={<ViewScreen />} />
    </Routes>
  );
}
