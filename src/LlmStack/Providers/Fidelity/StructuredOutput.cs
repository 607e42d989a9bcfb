using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Plans how an answer in a form is asked for: natively, else by a tool whose arguments are the answer, else by JSON mode with the
/// schema in the prompt. An emulated answer comes back as text, checked against the schema.
/// </summary>
internal static class StructuredOutput
{
    /// <summary>The tool's name; shows up in no answer.</summary>
    public const string ToolName = "answer_in_json";

    private const string AnyJson = "Answer with one JSON object and nothing else: no explanation and no code fence.";

    private static readonly ConditionalWeakTable<ChatResponseFormatJson, AIFunctionDeclaration> Tools = [];

    /// <summary>Plans for one call, and lists an emulation.</summary>
    public static StructuredPlan Plan(ChatOptions? options, in StructuredFeatures features, AttemptReport report)
    {
        if (options?.ResponseFormat is not ChatResponseFormatJson format)
        {
            return default;
        }

        bool hasTools = options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode;
        StructuredMethod method = MethodOf(format, features, hasTools);
        if (method is StructuredMethod.ForcedTool)
        {
            report.AddChange("ResponseFormat: emulated by a tool whose arguments are the answer");
        }
        else if (method is StructuredMethod.Prompt || (method is StructuredMethod.JsonMode && format.Schema is not null))
        {
            report.AddChange("ResponseFormat: emulated, the schema is part of the prompt");
        }

        return new StructuredPlan(method, format);
    }

    /// <summary>The options that carry out a plan; the given ones when the format's own field does.</summary>
    public static ChatOptions? Apply(ChatOptions? options, in StructuredPlan plan)
    {
        if (plan.Method is StructuredMethod.None or StructuredMethod.Native || options is null || plan.Format is not { } format)
        {
            return options;
        }

        ChatOptions copy = options.Clone();
        switch (plan.Method)
        {
            case StructuredMethod.ForcedTool:
                AIFunctionDeclaration tool = Tools.GetValue(format, static key => ToolFor(key));
                bool alone = copy.Tools is not { Count: > 0 } || copy.ToolMode is NoneChatToolMode;
                copy.Tools = alone ? [tool] : [.. copy.Tools!, tool];
                copy.ToolMode = alone ? ChatToolMode.RequireSpecific(ToolName) : ChatToolMode.RequireAny;
                copy.ResponseFormat = null;
                break;
            case StructuredMethod.JsonMode:
                copy.ResponseFormat = ChatResponseFormat.Json;
                copy.Instructions = WithSchema(copy.Instructions, format);
                break;
            default:
                copy.ResponseFormat = null;
                copy.Instructions = WithSchema(copy.Instructions, format);
                break;
        }

        return copy;
    }

    /// <summary>Turns the tool's call back into the text of the answer; false for any other call.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidResponse"/> when the arguments are not what the schema demands.</exception>
    public static bool TryUnwrap(AIContent content, in StructuredPlan plan, string provider, out TextContent? text)
    {
        text = null;
        if (plan.Method != StructuredMethod.ForcedTool || content is not FunctionCallContent { Name: ToolName } call)
        {
            return false;
        }

        string json = call.Arguments is null ? call.RawRepresentation as string ?? "" : Write(call.Arguments);
        Check(json, plan.Format!, provider);
        text = new TextContent(json);
        return true;
    }

    /// <summary>Turns an emulated answer into what a native one would be, and checks it.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidResponse"/> when it is not what the schema demands.</exception>
    public static void Finish(ChatResponse response, in StructuredPlan plan, string provider)
    {
        if (plan.Method is StructuredMethod.None or StructuredMethod.Native)
        {
            return;
        }

        bool otherCalls = false;
        foreach (ChatMessage message in response.Messages)
        {
            for (int i = 0; i < message.Contents.Count; i++)
            {
                if (TryUnwrap(message.Contents[i], plan, provider, out TextContent? text))
                {
                    message.Contents[i] = text!;
                    response.FinishReason = ChatFinishReason.Stop;
                }

                otherCalls |= message.Contents[i] is FunctionCallContent;
            }
        }

        if (otherCalls)
        {
            response.FinishReason = ChatFinishReason.ToolCalls;
        }
        else if (plan.Method is StructuredMethod.JsonMode or StructuredMethod.Prompt && response.FinishReason != ChatFinishReason.Length && response.FinishReason != ChatFinishReason.ContentFilter)
        {
            foreach (ChatMessage message in response.Messages)
            {
                string json = CheckText(message.Text, plan.Format!, provider, response.Usage);
                if (message.Contents is [TextContent only])
                {
                    only.Text = json;
                }
            }
        }
    }

    /// <summary>Checks an answer whose form was asked for in words, and takes off the fence that models like to put around it.</summary>
    /// <param name="text">The whole answer.</param>
    /// <param name="format">The form.</param>
    /// <param name="provider">Who answered.</param>
    /// <param name="usage">What the answer used, which is billed all the same.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidResponse"/> when it is not what the schema demands.</exception>
    public static string CheckText(string text, ChatResponseFormatJson format, string provider, UsageDetails? usage)
    {
        string json = WithoutFence(text);
        Check(json, format, provider, usage);
        return json;
    }

    private static StructuredMethod MethodOf(ChatResponseFormatJson format, in StructuredFeatures features, bool hasTools)
    {
        bool native = !hasTools || features.WithTools;
        if (format.Schema is null)
        {
            return native && features.Level != StructuredLevel.None ? StructuredMethod.Native : StructuredMethod.Prompt;
        }

        return native && features.Level == StructuredLevel.Schema ? StructuredMethod.Native
            : features.ForcedTool ? StructuredMethod.ForcedTool
            : native && features.Level == StructuredLevel.Json ? StructuredMethod.JsonMode
            : StructuredMethod.Prompt;
    }

    private static AIFunctionDeclaration ToolFor(ChatResponseFormatJson format) =>
        AIFunctionFactory.CreateDeclaration(ToolName, $"Gives the answer. {format.SchemaDescription}".TrimEnd(), format.Schema!.Value);

    private static string WithSchema(string? instructions, ChatResponseFormatJson format)
    {
        string demand = format.Schema is { } schema ? $"{AnyJson} It must follow this JSON schema:\n{schema.GetRawText()}" : AnyJson;
        return string.IsNullOrEmpty(instructions) ? demand : $"{instructions}\n\n{demand}";
    }

    private static string WithoutFence(string text)
    {
        string trimmed = text.Trim();
        int line = trimmed.IndexOf('\n', StringComparison.Ordinal);
        bool fenced = line > 0 && trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.EndsWith("```", StringComparison.Ordinal);
        return fenced && trimmed.Length - 3 > line ? trimmed[(line + 1)..^3].Trim() : trimmed;
    }

    private static void Check(string json, ChatResponseFormatJson format, string provider, UsageDetails? usage = null)
    {
        string? problem = SchemaCheck.ProblemOf(json, format.Schema);
        if (problem is not null)
        {
            throw new LlmException(LlmErrorKind.InvalidResponse, $"Provider '{provider}' was asked for an answer in a form, and sent another: {problem}.") { Provider = provider, PartialText = json, Usage = usage };
        }
    }

    private static string Write(IDictionary<string, object?> arguments)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in arguments)
            {
                writer.WritePropertyName(name);
                if (!Http.ValueWriter.TryWriteKnown(writer, value))
                {
                    writer.WriteStringValue(value!.ToString());
                }
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
