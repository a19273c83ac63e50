import { notifications } from '@mantine/notifications'
import { messageOf } from '../api/problem-messages.ts'

const closeButtonProps = { 'aria-label': 'Dismiss' }

/** Says that something was done: in a corner for a while, and to screen readers. */
export function announce(message: string): void {
  notifications.show({ color: 'green', message, closeButtonProps })
}

/** What was said to one person is not for the next. */
export function withdrawAnnouncements(): void {
  notifications.clean()
}

/** Says that something that has no form to say it in was not done. */
export function announceFailure(title: string, error: unknown): void {
  notifications.show({ color: 'red', title, message: messageOf(error), closeButtonProps })
}
