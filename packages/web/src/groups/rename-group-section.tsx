import { useState } from 'react'
import { ProblemError } from '../api/problem-error.ts'
import { announce } from '../app/announce.ts'
import { NamingForm } from '../app/naming-form.tsx'
import { Section } from '../app/section.tsx'
import { GROUP_NAMING } from './group-naming.ts'
import { type Group, useRenameGroup } from './group-queries.ts'

/** Saves over what was shown when the form was opened, and over nothing that somebody else has written since. */
export function RenameGroupSection({ group: { id, name, description, etag } }: { readonly group: Group }) {
  const [shown, setShown] = useState(etag)
  const change = useRenameGroup(id)
  return (
    <Section title="Name and description">
      <NamingForm
        {...GROUP_NAMING}
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
