import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'

const PAUSE_MS = 250

interface SearchFieldProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onSearch: (text: string) => void
}

/** Searches after a pause in typing. Follows the address when that changes otherwise (back, a cleared search). */
export function SearchField({ label, placeholder, value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  const searchSoon = useDebouncedCallback((typed: string) => {
    sent.current = typed
    onSearch(typed)
  }, PAUSE_MS)
  useEffect(() => {
    if (value === sent.current.trim()) return
    sent.current = value
    setText(value)
  }, [value])

  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} aria-hidden />}
      autoComplete="off"
      spellCheck={false}
      // It has searched by then; a form around it is not meant.
      onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        searchSoon(currentTarget.value)
      }}
      flex="1 1 14rem"
      maw={{ sm: 320 }}
    />
  )
}
