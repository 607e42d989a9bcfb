using LlmStack.Providers.OpenAI;

namespace LlmStack.Configuration;

/// <summary>The table of wire formats that configuration can name: a new one is a folder and a row here.</summary>
internal sealed class ProviderFormats
{
    private readonly ProviderFormatRow[] _rows =
    [
        new(new OpenAIFormat(), "openai", "OPENAI_BASE_URL", "OPENAI_ORG_ID"),
        new(new OpenAICompatibleFormat(), null),
    ];

    /// <summary>The names a person may write in <see cref="ProviderOptions.Type"/>.</summary>
    public string Types => string.Join(", ", _rows.Select(static row => row.Format.Type));

    public IEnumerable<string> TypeNames => _rows.Select(static row => row.Format.Type);

    /// <summary>The row of a provider: its own type, else what its name implies, else OpenAICompatible; null for an unknown type.</summary>
    public ProviderFormatRow? RowFor(string name, ProviderOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Type))
        {
            return Array.Find(_rows, row => string.Equals(row.ImpliedBy, name, StringComparison.OrdinalIgnoreCase)) ?? _rows[1];
        }

        string type = options.Type.Trim();
        return Array.Find(_rows, row => string.Equals(row.Format.Type, type, StringComparison.OrdinalIgnoreCase));
    }
}
