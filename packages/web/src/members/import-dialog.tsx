import { Button, FileInput, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { type ImportReport, useImport } from './member-queries.ts'

interface ImportDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** A file, then what it would do line by line, then doing it. */
export function ImportDialog({ isOpen, onClose }: ImportDialogProps) {
  const [csv, setCsv] = useState<string>()
  const [report, setReport] = useState<ImportReport>()
  const work = useImport()
  const close = () => {
    setCsv(undefined)
    setReport(undefined)
    work.reset()
    onClose()
  }
  const choose = async (file: File | null) => {
    setReport(undefined)
    work.reset()
    const text = await file?.text()
    setCsv(text)
    if (text) work.mutate({ csv: text, dryRun: true }, { onSuccess: setReport })
  }
  const bring = () =>
    csv &&
    work.mutate(
      { csv, dryRun: false },
      {
        onSuccess: ({ counts }) => {
          announce(`Created: ${counts.create}. Changed: ${counts.change}.`)
          close()
        },
      },
    )
  const toDo = report ? report.counts.create + report.counts.change : 0
  return (
    <Modal opened={isOpen} onClose={close} title="Import members" size="xl">
      <Stack gap="md">
        <FormAlert message={work.error ? messageOf(work.error) : undefined} />
        <FileInput
          label="CSV file"
          description="Columns: username, email, firstName, lastName, roles (separated by ;), status. New members have no password until you reset it."
          placeholder="Choose a file"
          accept=".csv,text/csv"
          onChange={choose}
          data-autofocus
        />
        {report && <Report report={report} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            onClick={bring}
            loading={work.isPending}
            disabled={report === undefined || report.counts.error > 0 || toDo === 0}
          >
            Import {toDo} {toDo === 1 ? 'member' : 'members'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

const SHOWN = 200
const WORDS = { create: 'Create', change: 'Change', unchanged: 'Unchanged', error: 'Error' } as const

function Report({ report: { counts, lines } }: { readonly report: ImportReport }) {
  const broken = lines.filter(({ action }) => action === 'error')
  // What is broken first: it is what there is to do something about.
  const shown = [...broken, ...lines.filter(({ action }) => action !== 'error')].slice(0, SHOWN)
  return (
    <>
      <Text size="sm" role="status">
        {counts.create} to create, {counts.change} to change, {counts.unchanged} unchanged, {counts.error} with errors.
        {counts.error > 0 && ' Nothing is imported until every line is right.'}
      </Text>
      <Table aria-label="What each line would do" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" w="3.5rem">
              Line
            </Table.Th>
            <Table.Th scope="col">Member</Table.Th>
            <Table.Th scope="col">What happens</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ line, username, action, changes, errors }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td>{username}</Table.Td>
              <Table.Td>
                <Text size="sm" fw={600} {...(action === 'error' && { c: 'var(--mantine-color-error)' })}>
                  {WORDS[action]}
                </Text>
                {changes.map(({ field, from, to }) => (
                  <Text size="xs" key={field}>
                    {field}: {from || 'none'} → {to || 'none'}
                  </Text>
                ))}
                {errors.map(({ column, code, message }) => (
                  <Text size="xs" key={`${column} ${code}`}>
                    {column && `${column}: `}
                    {message}
                  </Text>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {lines.length > shown.length && (
        <Text size="xs">
          The first {SHOWN} lines of {lines.length} are shown.
        </Text>
      )}
    </>
  )
}
