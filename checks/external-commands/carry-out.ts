// Does what an external command says, whichever way it came: each kind to the file that
// knows it. Rejects with an AppError that says why nothing was done.

import { AppError } from '#kernel/errors.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import { changeNumber, changeText, changeVariable } from './change-commands.ts';
import { refuseCommand, type CommandContext } from './command-context.ts';
import { commentOnObject, deleteComment, deleteComments } from './comment-commands.ts';
import { deleteDowntime, deleteDowntimes, scheduleDowntime } from './downtime-commands.ts';
import {
  acknowledgeProblem,
  delayNotification,
  removeAcknowledgement,
  scheduleChecks,
  sendNotification,
  setNotificationNumber,
} from './engine-commands.ts';
import { switchObjects, switchProgram } from './switch-commands.ts';

export async function carryOut(context: CommandContext, command: ExternalCommand): Promise<void> {
  switch (command.kind) {
    case 'schedule_check':
      return scheduleChecks(context, command);
    case 'schedule_downtime':
      return scheduleDowntime(context, command);
    case 'delete_downtime':
      return deleteDowntime(context, command);
    case 'delete_downtimes':
      return deleteDowntimes(context, command);
    case 'acknowledge':
      return acknowledgeProblem(context, command);
    case 'remove_acknowledgement':
      return removeAcknowledgement(context, command);
    case 'add_comment':
      return commentOnObject(context, command);
    case 'delete_comment':
      return deleteComment(context, command);
    case 'delete_comments':
      return deleteComments(context, command);
    case 'send_notification':
      return sendNotification(context, command);
    case 'delay_notification':
      return delayNotification(context, command);
    case 'set_notification_number':
      return setNotificationNumber(context, command);
    case 'switch':
      return switchObjects(context, command);
    case 'switch_program':
      return switchProgram(context, command);
    case 'change_number':
      return changeNumber(context, command);
    case 'change_text':
      return changeText(context, command);
    case 'change_variable':
      return changeVariable(context, command);
    case 'program':
      return ofProgram(context, command.action);
    case 'check_result':
    case 'process_file':
      throw new AppError('not_an_order', `${command.kind} is taken apart before it comes here.`);
    default:
      return command satisfies never;
  }
}

/** State is in the database at every moment: saving and reading it is done already. */
async function ofProgram(context: CommandContext, action: 'save_state' | 'read_state' | 'restart' | 'shutdown') {
  if (action === 'save_state' || action === 'read_state') return;
  await refuseCommand(context, 'not_by_command', {
    ...{ action: `program.${action}`, object: 'program', details: {} },
    why: `Plexus is not ${action === 'restart' ? 'restarted' : 'stopped'} by a command: changes are taken over while it runs, and its life is the service manager's.`,
  });
}
