// How results count and when a problem is told: the settings of a check beside what it runs.

import { NumberInput, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CheckSettings } from '#web/contract/checks.ts';
import { FormRow } from '../../parts/object-form.tsx';

const OPTIONS = {
  service: ['warning', 'critical', 'unknown', 'recovery', 'flapping', 'downtime'],
  host: ['down', 'unreachable', 'recovery', 'flapping', 'downtime'],
} as const;

interface CountingFieldsProps {
  object: 'host' | 'service';
  settings: CheckSettings;
  onChange: (settings: CheckSettings) => void;
}

export function CountingFields({ object, settings, onChange }: CountingFieldsProps) {
  const { t } = useTranslation();
  const set = (change: CheckSettings): void => onChange({ ...settings, ...change });
  const { flap = {}, freshness = {}, notifications = {} } = settings;
  const flag = (name: 'activeChecks' | 'passiveChecks' | 'isVolatile', usual: boolean) => ({
    checked: settings[name] ?? usual,
    onChange: (event: { currentTarget: { checked: boolean } }) => set({ [name]: event.currentTarget.checked }),
  });
  const seconds = { suffix: ` ${t('form.seconds')}`, min: 0 };
  const isFresh = freshness.isEnabled ?? false;
  const isFlap = flap.isEnabled ?? true;
  const isTold = notifications.isEnabled ?? true;
  return (
    <div className="counting-fields">
      <Switch label={t('checks.counting.active')} {...flag('activeChecks', true)} />
      <Switch label={t('checks.counting.passive')} {...flag('passiveChecks', true)} />
      {object === 'service' && (
        <Switch
          label={t('checks.counting.volatile')}
          description={t('checks.counting.volatileWhy')}
          {...flag('isVolatile', false)}
        />
      )}
      <TextInput
        label={t('checks.counting.period')}
        placeholder={t('checks.counting.always')}
        value={settings.checkPeriod ?? ''}
        onChange={(event) => set({ checkPeriod: event.currentTarget.value || null })}
      />
      <Switch
        label={t('checks.counting.fresh')}
        checked={isFresh}
        onChange={(event) => set({ freshness: { ...freshness, isEnabled: event.currentTarget.checked } })}
      />
      {isFresh && (
        <NumberInput
          label={t('checks.counting.freshAfter')}
          description={t('checks.counting.freshWhy')}
          {...seconds}
          value={freshness.thresholdSec ?? 0}
          onChange={(value) => typeof value === 'number' && set({ freshness: { ...freshness, thresholdSec: value } })}
        />
      )}
      <Switch
        label={t('checks.counting.flap')}
        checked={isFlap}
        onChange={(event) => set({ flap: { ...flap, isEnabled: event.currentTarget.checked } })}
      />
      {isFlap && (
        <FormRow>
          <NumberInput
            label={t('checks.counting.flapHigh')}
            suffix=" %"
            min={0}
            max={100}
            value={flap.highPercent ?? 30}
            onChange={(value) => typeof value === 'number' && set({ flap: { ...flap, highPercent: value } })}
          />
          <NumberInput
            label={t('checks.counting.flapLow')}
            suffix=" %"
            min={0}
            max={100}
            value={flap.lowPercent ?? 20}
            onChange={(value) => typeof value === 'number' && set({ flap: { ...flap, lowPercent: value } })}
          />
        </FormRow>
      )}
      <Switch
        label={t('checks.counting.told')}
        checked={isTold}
        onChange={(event) => set({ notifications: { ...notifications, isEnabled: event.currentTarget.checked } })}
      />
      {isTold && (
        <>
          <ToldOf
            options={OPTIONS[object]}
            chosen={notifications.options ?? null}
            onChange={(options) => set({ notifications: { ...notifications, options } })}
          />
          <FormRow>
            <TextInput
              label={t('checks.counting.toldPeriod')}
              placeholder={t('checks.counting.always')}
              value={notifications.period ?? ''}
              onChange={(event) =>
                set({ notifications: { ...notifications, period: event.currentTarget.value || null } })
              }
            />
            <NumberInput
              label={t('checks.counting.firstDelay')}
              {...seconds}
              value={notifications.firstDelaySec ?? 0}
              onChange={(value) =>
                typeof value === 'number' && set({ notifications: { ...notifications, firstDelaySec: value } })
              }
            />
          </FormRow>
        </>
      )}
    </div>
  );
}

type Options = NonNullable<NonNullable<CheckSettings['notifications']>['options']>;

/** Null = everything is told; what is taken away is not. */
function ToldOf({
  options,
  chosen,
  onChange,
}: {
  options: (typeof OPTIONS)['host' | 'service'];
  chosen: Options | null;
  onChange: (chosen: Options | null) => void;
}) {
  const { t } = useTranslation();
  const now: Options = chosen ?? [...options];
  const toggle = (option: Options[number]): void => {
    const next = now.includes(option) ? now.filter((one) => one !== option) : [...now, option];
    onChange(options.every((one) => next.includes(one)) ? null : next);
  };
  return (
    <div role="group" aria-label={t('checks.counting.toldOf')}>
      <p className="mantine-InputWrapper-label">{t('checks.counting.toldOf')}</p>
      <div className="check-filter__chips">
        {options.map((option) => (
          <button
            key={option}
            type="button"
            className="check-chip"
            aria-pressed={now.includes(option)}
            onClick={() => toggle(option)}
          >
            {t(`checks.option.${option}`)}
          </button>
        ))}
      </div>
    </div>
  );
}
