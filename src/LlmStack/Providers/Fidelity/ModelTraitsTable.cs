using System.Collections.Concurrent;
using System.Text.Json;

namespace LlmStack.Providers.Fidelity;

/// <summary>The embedded table of traits, read once.</summary>
internal sealed class ModelTraitsTable
{
    /// <summary>Names may come from callers, so what is remembered is bounded.</summary>
    private const int MaxRemembered = 2048;

    private readonly ConcurrentDictionary<(string Provider, string Model), ModelTraits> _found = new();
    private readonly IReadOnlyList<ModelTraitsRow> _rows;

    private ModelTraitsTable(IReadOnlyList<ModelTraitsRow> rows) => _rows = rows;

    public static ModelTraitsTable Shared { get; } = Load();

    public IReadOnlyList<ModelTraitsRow> Rows => _rows;

    public ModelTraits Find(string provider, string model)
    {
        if (_found.TryGetValue((provider, model), out ModelTraits? known))
        {
            return known;
        }

        ReadOnlySpan<char> name = model.StartsWith("ft:", StringComparison.Ordinal) ? model.AsSpan(3) : model;
        ModelTraits traits = ModelTraits.None;
        foreach (ModelTraitsRow row in _rows)
        {
            if (string.Equals(row.Provider, provider, StringComparison.OrdinalIgnoreCase) && row.Fits(name))
            {
                traits = row.Traits;
                break;
            }
        }

        if (_found.Count < MaxRemembered)
        {
            _found[(provider, model)] = traits;
        }

        return traits;
    }

    private static ModelTraitsTable Load()
    {
        using Stream stream = typeof(ModelTraitsTable).Assembly.GetManifestResourceStream("LlmStack.model-traits.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        var rows = new List<ModelTraitsRow>(document.RootElement.GetArrayLength());
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            rows.Add(ReadRow(row));
        }

        return new ModelTraitsTable(rows);
    }

    private static ModelTraitsRow ReadRow(JsonElement row)
    {
        string provider = "";
        string[] models = [];
        int? from = null;
        ModelTraits traits = ModelTraits.None;
        foreach (JsonProperty field in row.EnumerateObject())
        {
            JsonElement value = field.Value;
            switch (field.Name)
            {
                case "provider":
                    provider = value.GetString()!;
                    break;
                case "models":
                    models = [.. value.EnumerateArray().Select(static model => model.GetString()!)];
                    break;
                case "from":
                    from = value.GetInt32();
                    break;
                default:
                    traits = With(traits, field.Name, value);
                    break;
            }
        }

        return new ModelTraitsRow(provider, models, from, traits);
    }

    private static ModelTraits With(ModelTraits traits, string field, JsonElement value) => field switch
    {
        "sampling" => traits with { Sampling = Enum.Parse<SamplingSupport>(Pascal(value), ignoreCase: true) },
        "oneOfTemperatureAndTopP" => traits with { OneOfTemperatureAndTopP = value.GetBoolean() },
        "penalties" => traits with { Penalties = value.GetBoolean() },
        "stop" => traits with { Stop = value.GetBoolean() },
        "developerRole" => traits with { DeveloperRole = value.GetBoolean() },
        "systemMessages" => traits with { SystemMessages = value.GetBoolean() },
        "maxTokensField" => traits with { MaxTokensField = value.GetString() },
        "thinking" => traits with { Thinking = Modes(value.GetString()!) },
        "thinksByDefault" => traits with { ThinksByDefault = value.GetBoolean() },
        "efforts" => traits with { Efforts = value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) },
        "minThinkingBudget" => traits with { MinThinkingBudget = value.GetInt32() },
        "maxThinkingBudget" => traits with { MaxThinkingBudget = value.GetInt32() },
        "echoesReasoning" => traits with { EchoesReasoning = value.GetBoolean() },
        "thoughtSignatures" => traits with { ThoughtSignatures = value.GetBoolean() },
        "structuredOutput" => traits with { StructuredOutput = Enum.Parse<StructuredLevel>(Pascal(value), ignoreCase: true) },
        "jsonSchema" => traits with { JsonSchema = value.GetBoolean() },
        "toolsWithSchema" => traits with { ToolsWithSchema = value.GetBoolean() },
        "tools" => traits with { Tools = value.GetBoolean() },
        "forcedToolChoice" => traits with { ForcedToolChoice = value.GetBoolean() },
        "namedToolChoice" => traits with { NamedToolChoice = value.GetBoolean() },
        "prefill" => traits with { Prefill = value.GetBoolean() },
        "responsesOnly" => traits with { ResponsesOnly = value.GetBoolean() },
        "transcriptFormat" => traits with { TranscriptFormat = value.GetString() },
        "streamsTranscripts" => traits with { StreamsTranscripts = value.GetBoolean() },
        "speechEvents" => traits with { SpeechEvents = value.GetBoolean() },
        "maxOutput" => traits with { MaxOutput = value.GetInt32() },
        _ => throw new InvalidDataException($"model-traits.json: the field '{field}' is unknown."),
    };

    private static ThinkingModes Modes(string words)
    {
        ThinkingModes modes = ThinkingModes.None;
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            modes |= Enum.Parse<ThinkingModes>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        }

        return modes;
    }

    private static string Pascal(JsonElement value) => value.GetString()!.Replace("-", "", StringComparison.Ordinal);
}
