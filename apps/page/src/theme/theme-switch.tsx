import { type Theme, theme, themes } from './theme.js';

const words: Readonly<Record<Theme, string>> = {
  system: 'Auto',
  light: 'Light',
  dark: 'Dark',
};

/** Chooses between light, dark and what the system has. */
export function ThemeSwitch() {
  return (
    <fieldset class="switch">
      <legend class="visually-hidden">Colours</legend>
      {themes.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="theme"
            value={each}
            checked={theme.value === each}
            onChange={() => (theme.value = each)}
          />
          <span>{words[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
