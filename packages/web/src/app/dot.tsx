import { Badge } from '@mantine/core'

/** A state in a word and a colour; the word alone has to be enough. */
export function Dot({ color, label }: { readonly color: string; readonly label: string }) {
  return (
    <Badge variant="dot" color={color} tt="none" fw={500} miw="max-content">
      {label}
    </Badge>
  )
}
