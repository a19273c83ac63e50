import { ProblemError } from '@ramp/client'
import { useState } from 'react'
import { announce } from './announce.ts'
import { NamingForm, type NamingWords } from './naming-form.tsx'
import { Section } from './section.tsx'

interface Named {
  readonly name: string
  readonly description: string
  readonly etag: string
}

interface RenameSectionProps {
  readonly naming: NamingWords
  readonly named: Named
  /** The change of a name and a description, as TanStack Query offers it. */
  readonly change: {
    readonly error: unknown
    readonly isPending: boolean
    mutate(
      names: Named,
      options: { readonly onSuccess: (changed: Named) => void; readonly onError: (error: unknown) => void },
    ): void
  }
}

/** Saves over what was shown when the form was opened, and over nothing that somebody else has written since. */
export function RenameSection({ naming, named: { name, description, etag }, change }: RenameSectionProps) {
  const [shown, setShown] = useState(etag)
  return (
    <Section title="Name and description">
      <NamingForm
        {...naming}
        initial={{ name, description }}
        submitLabel="Save"
        error={change.error}
        isPending={change.isPending}
        onSubmit={(names, options) =>
          change.mutate(
            { ...names, etag: shown },
            {
              onSuccess: (changed) => {
                setShown(changed.etag)
                announce(`“${changed.name}” is saved.`)
              },
              onError: (error) => {
                // Told, and shown above what it is now, one may save over it.
                if (error instanceof ProblemError && error.code === 'edited_meanwhile') setShown('*')
                options.onError(error)
              },
            },
          )
        }
      />
    </Section>
  )
}
