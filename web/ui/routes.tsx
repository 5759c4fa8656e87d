// Addresses of the screens. Problems comes with the shell, every other screen when it is first opened.

import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { NotFound } from './parts/not-found.tsx';
import { ProblemsScreen } from './screens/problems/problems-screen.tsx';

const EpisodeScreen = lazy(() => import('./screens/problems/episode-screen.tsx'));
const HostsScreen = lazy(() => import('./screens/hosts/hosts-screen.tsx'));
const GridScreen = lazy(() => import('./screens/hosts/grid-screen.tsx'));
const ClusterScreen = lazy(() => import('./screens/hosts/cluster-screen.tsx'));
const HeatMapScreen = lazy(() => import('./screens/heat-map/heat-map-screen.tsx'));
const NamedHost = lazy(() => import('./screens/hosts/named-host.tsx'));
const HostScreen = lazy(() => import('./screens/hosts/host-screen.tsx'));
const ChecksScreen = lazy(() => import('./screens/checks/checks-screen.tsx'));
const CheckOverviewScreen = lazy(() => import('./screens/check-overview/overview-screen.tsx'));
const CheckMapScreen = lazy(() => import('./screens/check-map/map-screen.tsx'));
const DowntimesScreen = lazy(() => import('./screens/downtime/downtimes-screen.tsx'));
const AvailabilityScreen = lazy(() => import('./screens/availability/availability-screen.tsx'));
const CheckScreen = lazy(() => import('./screens/checks/check-screen.tsx'));
const GraphsScreen = lazy(() => import('./screens/graphs/graphs-screen.tsx'));
const TimelineScreen = lazy(() => import('./screens/timeline/timeline-screen.tsx'));
const JobsScreen = lazy(() => import('./screens/jobs/jobs-screen.tsx'));
const RunScreen = lazy(() => import('./screens/jobs/run-screen.tsx'));
const ConfigurationScreen = lazy(() => import('./screens/configuration/configuration-screen.tsx'));

export function ConsoleRoutes() {
  return (
    <Routes>
      <Route index element={<Navigate to="/problems" replace />} />
      <Route path="problems" element={<ProblemsScreen />} />
      <Route path="problems/:alertId" element={<EpisodeScreen />} />
      <Route path="hosts" element={<HostsScreen />} />
      <Route path="hosts/grid" element={<GridScreen />} />
      <Route path="hosts/heat-map" element={<HeatMapScreen />} />
      <Route path="hosts/clusters/:cluster" element={<ClusterScreen />} />
      <Route path="hosts/named/:cluster/:host" element={<NamedHost />} />
      <Route path="hosts/:hostId/*" element={<HostScreen />} />
      <Route path="checks" element={<ChecksScreen />} />
      <Route path="checks/overview" element={<CheckOverviewScreen />} />
      <Route path="checks/map" element={<CheckMapScreen />} />
      <Route path="checks/downtimes" element={<DowntimesScreen />} />
      <Route path="checks/availability" element={<AvailabilityScreen />} />
      <Route path="checks/:checkId" element={<CheckScreen />} />
      <Route path="graphs/*" element={<GraphsScreen />} />
      <Route path="timeline" element={<TimelineScreen />} />
      <Route path="jobs/runs/:runId" element={<RunScreen />} />
      <Route path="jobs/*" element={<JobsScreen />} />
      <Route path="configuration/*" element={<ConfigurationScreen />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
