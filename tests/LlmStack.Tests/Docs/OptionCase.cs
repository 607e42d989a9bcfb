using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Docs;

/// <summary>One option set to a value that shows up in a body.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Set">Sets it.</param>
/// <param name="Sent">A piece of the body that shows it was sent; null: any difference to the body without it does.</param>
internal sealed record OptionCase(string Name, Action<ChatOptions> Set, string? Sent = null)
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""").RootElement.Clone();

    public static IReadOnlyList<OptionCase> All { get; } =
    [
        new("ModelId", static options => options.ModelId = "another-model") { IsRouted = true },
        new("Instructions", static options => options.Instructions = "Like a pirate", "Like a pirate"),
        new("Temperature", static options => options.Temperature = 0.375f, "0.375"),
        new("TopP", static options => options.TopP = 0.625f, "0.625"),
        new("TopK", static options => options.TopK = 41, "41"),
        new("FrequencyPenalty", static options => options.FrequencyPenalty = 0.1875f, "0.1875"),
        new("PresencePenalty", static options => options.PresencePenalty = 0.3125f, "0.3125"),
        new("Seed", static options => options.Seed = 7654321, "7654321"),
        new("MaxOutputTokens", static options => options.MaxOutputTokens = 4321, "4321"),
        new("StopSequences", static options => options.StopSequences = ["HALT"], "HALT"),
        new("Reasoning", static options => options.Reasoning = new() { Effort = ReasoningEffort.High }),
        new("ResponseFormat (JSON)", static options => options.ResponseFormat = ChatResponseFormat.Json) { Property = "ResponseFormat" },
        new("ResponseFormat (schema)", static options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "city"), "city") { Property = "ResponseFormat" },
        new("Tools", AddTool, "weather"),
        new("ToolMode (required)", static options => { AddTool(options); options.ToolMode = ChatToolMode.RequireAny; }) { Property = "ToolMode", Base = AddTool },
        new("ToolMode (one tool)", static options => { AddTool(options); options.ToolMode = ChatToolMode.RequireSpecific("weather"); }) { Property = "ToolMode", Base = AddTool },
        new("ToolMode (none)", static options => { AddTool(options); options.ToolMode = ChatToolMode.None; }) { Property = "ToolMode", Base = AddTool },
        new("AllowMultipleToolCalls (false)", static options => { AddTool(options); options.AllowMultipleToolCalls = false; }) { Property = "AllowMultipleToolCalls", Base = AddTool },
        new("ConversationId", static options => options.ConversationId = "conversation-1", "conversation-1"),
        new("AllowBackgroundResponses", static options => options.AllowBackgroundResponses = true) { IsRouted = true },
        new("ContinuationToken", static options => options.ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 })),
        new("AdditionalProperties", static options => options.AdditionalProperties = new() { ["further_field"] = "further-value" }, "further-value"),
        new("RawRepresentationFactory (JSON)", static options => options.RawRepresentationFactory = static _ => new JsonObject { ["raw_field"] = "raw-value" }, "raw-value") { Property = "RawRepresentationFactory" },
        new("WithRawFields", static options => options.AdditionalProperties = options.WithRawFields(new JsonObject { ["raw_field"] = "raw-value" }).AdditionalProperties, "raw-value"),
    ];

    /// <summary>The property of the options.</summary>
    public string Property { get; init; } = Name;

    /// <summary>Whether the client decides about it, before any adapter sees it, or it is a permission that an adapter need not use.</summary>
    public bool IsRouted { get; init; }

    /// <summary>What else must be set for the option to mean anything.</summary>
    public Action<ChatOptions>? Base { get; init; }

    private static void AddTool(ChatOptions options) => options.Tools = [AIFunctionFactory.CreateDeclaration("weather", "Tells the weather.", Schema)];
}
