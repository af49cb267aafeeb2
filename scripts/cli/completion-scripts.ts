/**
 * Scripts that make a shell ask `lab complete -- WORDS` for what may come next. Answers are lines
 * of word, tab, description; the last line starts with a colon and is of no use here.
 * The scripts of @bomb.sh/tab evaluate what was typed (so `$(…)` would run at the Tab key) and
 * need the bash-completion package; these do neither.
 */
const bash = `# bash completion for lab
_lab() {
  local value
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    [[ $value == :* ]] || COMPREPLY+=("$value")
  done < <(lab complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _lab lab
`;

const zsh = `#compdef lab
_lab() {
  local -a found
  local value about
  while IFS=$'\\t' read -r value about; do
    [[ $value == :* ]] || found+=("\${value//:/\\\\:}:$about")
  done < <(lab complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#found )); then _describe lab found; else _files; fi
}
if [[ \${funcstack[1]} == _lab ]]; then _lab "$@"; else compdef _lab lab; fi
`;

const fish = `# fish completion for lab
function __lab_complete
  set -l words (commandline -opc) (commandline -ct)
  lab complete -- $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c lab -f -a '(__lab_complete)'
`;

export const completionScripts: Readonly<Record<string, string>> = { bash, zsh, fish };

export const shells: readonly string[] = Object.keys(completionScripts);
