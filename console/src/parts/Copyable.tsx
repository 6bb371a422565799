import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

interface BlockProps {
  text: string;
  /** What is copied, for the button's name: "trust policy". */
  what: string;
  /** What to show instead of a text that must not be read over a shoulder. */
  masked?: string;
}

/** A block of code with its copy button. */
export function CodeBlock({ text, what, masked }: BlockProps) {
  return (
    <div className="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls must be reachable by keyboard */}
      <section aria-label={what} tabIndex={0}>
        <pre>{masked ?? text}</pre>
      </section>
      <div className="code-block-copy">
        <CopyToClipboard
          variant="icon"
          copyButtonAriaLabel={`Copy ${what}`}
          copySuccessText="Copied"
          copyErrorText="The browser did not let us copy"
          textToCopy={text}
        />
      </div>
    </div>
  );
}

/** A short value in line, with its copy button. */
export function Inline({ text, what }: { text?: string | null; what: string }) {
  if (!text) return <Box color="text-body-secondary">–</Box>;
  return (
    <CopyToClipboard
      variant="inline"
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="The browser did not let us copy"
      textToCopy={text}
      textToDisplay={text}
    />
  );
}
