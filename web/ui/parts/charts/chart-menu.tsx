// What can be done with a chart: see it as a table, take it away as a file or a link.

import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icon.tsx';
import { chartCsv, chartJson, fileNameOf } from './chart-export.ts';
import type { ChartLine } from './chart-lines.ts';
import { download, pictureOf } from './download.ts';

interface ChartMenuProps {
  /** The element with the canvas in it. */
  chart: RefObject<Element | null>;
  title: string;
  unit: string;
  lines: readonly ChartLine[];
  fromMs: number;
  toMs: number;
  stepSec: number;
  asTable: boolean;
  onTable: () => void;
  /** More entries, before those of every chart. */
  menu?: ReactNode;
}

export function ChartMenu(props: ChartMenuProps) {
  const { t } = useTranslation();
  const { chart, title, unit, lines, fromMs, toMs, stepSec } = props;
  const save = (ending: string, type: string, text: string): void =>
    download(fileNameOf(title, ending), new Blob([text], { type }));
  const savePicture = async (): Promise<void> => {
    const picture = chart.current && (await pictureOf(chart.current, title));
    if (picture) download(fileNameOf(title, 'png'), picture);
  };
  const copyLink = async (): Promise<void> => {
    await navigator.clipboard.writeText(window.location.href);
    notifications.show({ message: t('form.copied'), autoClose: 2000 });
  };
  return (
    <Menu>
      <Menu.Target>
        <button type="button" className="icon-button series-chart__menu" aria-label={t('chart.menu', { title })}>
          <Icon name="more" size={15} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {props.menu}
        <Menu.Item onClick={props.onTable}>{props.asTable ? t('chart.asChart') : t('chart.asTable')}</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => save('csv', 'text/csv', chartCsv(lines))}>{t('chart.csv')}</Menu.Item>
        <Menu.Item
          onClick={() => save('json', 'application/json', chartJson(lines, { title, unit, fromMs, toMs, stepSec }))}
        >
          {t('chart.json')}
        </Menu.Item>
        {!props.asTable && <Menu.Item onClick={() => void savePicture()}>{t('chart.png')}</Menu.Item>}
        <Menu.Item onClick={() => void copyLink()}>{t('chart.link')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
