import { Box, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { Card, Cards } from './cards.tsx'
import { FormAlert } from './form-alert.tsx'
import { SearchField } from './search-field.tsx'

export interface Candidate {
  readonly id: string
  readonly name: string
  readonly detail: string
}

interface FinderProps {
  readonly label: string
  readonly placeholder: string
  /** Where it looks: names the answers in the cache. */
  readonly within: string
  /** What is done with one that is found. */
  readonly action?: 'Add' | 'Choose'
  readonly find: (text: string, signal: AbortSignal) => Promise<readonly Candidate[]>
  readonly isChosen: (id: string) => boolean
  readonly busyId: string | undefined
  readonly onAdd: (candidate: Candidate) => void
}

/** Finds something by its name and adds it: for lists too long to choose from. */
export function Finder({ label, placeholder, within, action = 'Add', find, isChosen, busyId, onAdd }: FinderProps) {
  const [text, setText] = useState('')
  const sought = text.trim()
  const { data, error } = useQuery({
    queryKey: ['find', within, sought],
    queryFn: ({ signal }) => find(sought, signal),
    enabled: sought !== '',
    // What is found goes with what has happened since.
    staleTime: 0,
    gcTime: 0,
  })
  return (
    <Stack gap="xs">
      <Group>
        <SearchField label={label} placeholder={placeholder} value={text} onSearch={setText} />
      </Group>
      <FormAlert message={error ? messageOf(error) : undefined} />
      <Text size="sm" c="dimmed" role="status">
        {data?.length === 0 && `Nothing matches “${sought}”.`}
      </Text>
      {data !== undefined && data.length > 0 && (
        <Paper withBorder radius="md">
          <Cards label="Found">
            {data.map((candidate) => (
              <Card key={candidate.id}>
                <Group justify="space-between" gap="sm">
                  <Box flex="1 1 10rem">
                    <Text size="sm" fw={600}>
                      {candidate.name}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {candidate.detail}
                    </Text>
                  </Box>
                  {isChosen(candidate.id) ? (
                    <Text size="sm" c="dimmed">
                      Added
                    </Text>
                  ) : (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`${action} ${candidate.name}`}
                      loading={busyId === candidate.id}
                      onClick={() => onAdd(candidate)}
                    >
                      {action}
                    </Button>
                  )}
                </Group>
              </Card>
            ))}
          </Cards>
        </Paper>
      )}
    </Stack>
  )
}
