using LlmStack.Providers.Anthropic;
using LlmStack.Providers.Gemini;
using LlmStack.Providers.Ollama;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Azure;
using LlmStack.Providers.OpenAI.Profiles;

namespace LlmStack.Configuration;

/// <summary>The table of wire formats that configuration can name: a new one is a folder and a row here, an OpenAI-compatible server a row of <see cref="OpenAIFamily"/>.</summary>
internal sealed class ProviderFormats
{
    private static readonly ProviderFormatRow Compatible = new(new OpenAICompatibleFormat(), null);

    private readonly ProviderFormatRow[] _rows =
    [
        new(new OpenAIFormat(), "openai")
        {
            EndpointVariables = ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
            OrganizationVariables = ["OPENAI_ORG_ID", "OPENAI_ORGANIZATION"],
            ProjectVariables = ["OPENAI_PROJECT_ID"],
        },
        new(new AzureOpenAIFormat(), "azure")
        {
            EndpointVariables = ["AZURE_OPENAI_ENDPOINT"],
            ApiVersionVariables = ["OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"],
        },
        Compatible,
        new(new AnthropicFormat(), "anthropic")
        {
            FurtherKeyVariables = ["ANTHROPIC_AUTH_TOKEN"],
            EndpointVariables = ["ANTHROPIC_BASE_URL"],
        },
        new(new GeminiFormat(), "gemini")
        {
            FurtherKeyVariables = ["GOOGLE_API_KEY"],
            EndpointVariables = ["GOOGLE_GEMINI_BASE_URL"],
        },
        new(new VertexFormat(), "vertexai")
        {
            ProjectVariables = ["GOOGLE_CLOUD_PROJECT"],
            LocationVariables = ["GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"],
            Address = VertexAddress.Of,

            // A token has to be fetched, which only code can say how.
            FoundIn = static _ => false,
        },
        new(new OllamaFormat(), "ollama") { EndpointVariables = ["OLLAMA_HOST"], AddressOf = OllamaAddress.Of },
        .. OpenAIFamily.Members.Select(static member => new ProviderFormatRow(new OpenAIFamilyFormat(member), member.Name)
        {
            FurtherKeyVariables = member.FurtherKeyVariables,
            EndpointVariables = member.EndpointVariables,
        }),
    ];

    /// <summary>The names a person may write in <see cref="ProviderOptions.Type"/>.</summary>
    public IEnumerable<string> TypeNames => _rows.Select(static row => row.Format.Type);

    public IReadOnlyList<ProviderFormatRow> Rows => _rows;

    /// <summary>The row of a provider: its own type, else what its name implies, else OpenAICompatible; null for an unknown type.</summary>
    public ProviderFormatRow? RowFor(string name, ProviderOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Type))
        {
            return Array.Find(_rows, row => string.Equals(row.ImpliedBy, name, StringComparison.OrdinalIgnoreCase)) ?? Compatible;
        }

        string type = options.Type.Trim();
        return Array.Find(_rows, row => string.Equals(row.Format.Type, type, StringComparison.OrdinalIgnoreCase));
    }
}
