using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace LlmStack.Providers.Fidelity;

/// <summary>What a format or a constrained decoder accepts of JSON schema. A dialect is data; <see cref="SchemaRewriter"/> is the one algorithm.</summary>
internal sealed class SchemaDialect
{
    private static readonly FrozenSet<string> CommonFormats = FrozenSet.Create("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid");

    private static readonly string[] Core = ["type", "properties", "required", "items", "enum", "const", "anyOf", "description", "title"];

    private static readonly string[] References = ["$ref", "$defs", "definitions"];

    private static readonly string[] NumberBounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

    /// <summary>Any JSON schema: nothing is rewritten.</summary>
    public static readonly SchemaDialect Full = new() { Name = "full" };

    /// <summary>Parameters of a tool: any JSON schema whose root is an object without alternatives.</summary>
    public static readonly SchemaDialect Tool = new() { Name = "tool", RootIsObject = true };

    /// <summary>OpenAI's strict mode: closed objects, every property required, no alternatives at the root.</summary>
    public static readonly SchemaDialect OpenAIStrict = new()
    {
        Name = "openai-strict",
        Keywords = FrozenSet.Create([.. Core, .. References, .. NumberBounds, "additionalProperties", "pattern", "format", "minItems", "maxItems"]),
        Formats = CommonFormats,
        RootIsObject = true,
        ClosesObjects = true,
        RequiresAll = true,
        NeedsTypes = true,
        MaxDepth = 10,
    };

    /// <summary>Anthropic's native structured output and strict tools: closed objects, no recursion, no bounds.</summary>
    public static readonly SchemaDialect AnthropicStrict = new()
    {
        Name = "anthropic-strict",
        Keywords = FrozenSet.Create([.. Core, .. References, "additionalProperties", "pattern", "format", "default"]),
        Formats = FrozenSet.Create([.. CommonFormats, "uri"]),
        RootIsObject = true,
        ClosesObjects = true,
        UnrollsRecursion = true,
        NeedsTypes = true,
    };

    /// <summary>Gemini's <c>responseSchema</c> and <c>parameters</c>: a part of OpenAPI, without references.</summary>
    public static readonly SchemaDialect GeminiOpenApi = new()
    {
        Name = "gemini-openapi",
        Keywords = FrozenSet.Create("type", "nullable", "properties", "required", "items", "enum", "anyOf", "description", "title", "format", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern", "propertyOrdering"),
        Formats = FrozenSet.Create("date-time", "enum", "float", "double", "int32", "int64"),
        InlinesReferences = true,
        ConstAsEnum = true,
        NullableFlag = true,
        EnumsAreStrings = true,
        LonelyAnyOf = true,
    };

    /// <summary>Gemini's <c>responseJsonSchema</c> and <c>parametersJsonSchema</c>.</summary>
    public static readonly SchemaDialect GeminiJson = new()
    {
        Name = "gemini-json",
        Keywords = FrozenSet.Create("$ref", "$defs", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf", "properties", "additionalProperties", "required", "propertyOrdering"),
        UnrollsRecursion = true,
        ConstAsEnum = true,
    };

    /// <summary>Mistral's <c>json_schema</c>: closed objects.</summary>
    public static readonly SchemaDialect Mistral = new()
    {
        Name = "mistral",
        Keywords = FrozenSet.Create([.. Core, .. References, .. NumberBounds, "additionalProperties", "pattern", "format", "minItems", "maxItems", "minLength", "maxLength", "default"]),
        RootIsObject = true,
        ClosesObjects = true,
    };

    /// <summary>Cohere's <c>json_schema</c>: no bounds, few formats, an object at the root with something required.</summary>
    public static readonly SchemaDialect Cohere = new()
    {
        Name = "cohere",
        Keywords = FrozenSet.Create([.. Core, .. References, "additionalProperties", "pattern", "format"]),
        Formats = FrozenSet.Create("date-time", "uuid", "date", "time"),
        RootIsObject = true,
        RootRequiresSomething = true,
    };

    /// <summary>Grammars of Ollama and llama.cpp: what a context-free grammar can say.</summary>
    public static readonly SchemaDialect Grammar = new()
    {
        Name = "grammar",
        Keywords = FrozenSet.Create([.. Core, .. References, "oneOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "additionalProperties", "prefixItems", "pattern", "format", "minItems", "maxItems", "minLength", "maxLength", "default"]),
        Formats = FrozenSet.Create("date", "time", "date-time", "uuid"),
        AnchorsPatterns = true,
    };

    public required string Name { get; init; }

    /// <summary>The keywords that may stay; null: all. Others move into the description where they say something.</summary>
    public FrozenSet<string>? Keywords { get; init; }

    /// <summary>The formats that may stay; null: all.</summary>
    public FrozenSet<string>? Formats { get; init; }

    /// <summary>Whether the root must be an object without alternatives.</summary>
    public bool RootIsObject { get; init; }

    /// <summary>Whether the root must require at least one property.</summary>
    public bool RootRequiresSomething { get; init; }

    /// <summary>Whether every object must forbid further properties.</summary>
    public bool ClosesObjects { get; init; }

    /// <summary>Whether every property must be required; optional ones become nullable.</summary>
    public bool RequiresAll { get; init; }

    /// <summary>Whether a schema that allows anything must name types.</summary>
    public bool NeedsTypes { get; init; }

    /// <summary>Whether references are replaced by what they refer to.</summary>
    public bool InlinesReferences { get; init; }

    /// <summary>Whether references must not lead back to themselves.</summary>
    public bool UnrollsRecursion { get; init; }

    /// <summary>Whether <c>const</c> becomes an <c>enum</c> of one.</summary>
    public bool ConstAsEnum { get; init; }

    /// <summary>Whether null is allowed by a flag instead of a type.</summary>
    public bool NullableFlag { get; init; }

    /// <summary>Whether the values of an <c>enum</c> must be texts.</summary>
    public bool EnumsAreStrings { get; init; }

    /// <summary>Whether nothing but texts may stand beside <c>anyOf</c>.</summary>
    public bool LonelyAnyOf { get; init; }

    /// <summary>Whether a pattern must begin with <c>^</c> and end with <c>$</c>.</summary>
    public bool AnchorsPatterns { get; init; }

    /// <summary>The deepest nesting; deeper parts become open objects.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>What was rewritten before, kept as long as the tool or the response format it belongs to.</summary>
    public ConditionalWeakTable<object, RewrittenSchema> Rewritten { get; } = [];
}
