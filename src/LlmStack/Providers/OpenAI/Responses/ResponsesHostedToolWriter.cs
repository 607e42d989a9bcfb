using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes tools that the provider itself runs. What is set on <see cref="AITool.AdditionalProperties"/> becomes fields of the tool.</summary>
internal static class ResponsesHostedToolWriter
{
    public static void Write(Utf8JsonWriter writer, AITool tool)
    {
        writer.WriteStartObject();
        if (!tool.AdditionalProperties.ContainsKey("type"))
        {
            writer.WriteString("type"u8, TypeOf(tool));
        }

        switch (tool)
        {
            case HostedFileSearchTool search:
                WriteFileSearch(writer, search);
                break;
            case HostedCodeInterpreterTool code when !code.AdditionalProperties.ContainsKey("container"):
                WriteContainer(writer, code);
                break;
            case HostedMcpServerTool server:
                WriteServer(writer, server);
                break;
        }

        foreach (KeyValuePair<string, object?> property in tool.AdditionalProperties)
        {
            writer.WritePropertyName(property.Key);
            if (!ValueWriter.TryWriteKnown(writer, property.Value))
            {
                throw FieldPolicy.Refusal($"Tools['{tool.Name}'].AdditionalProperties['{property.Key}']", $"a value of type {property.Value!.GetType().Name} cannot be written as JSON");
            }
        }

        writer.WriteEndObject();
    }

    private static string TypeOf(AITool tool) => tool switch
    {
        HostedWebSearchTool => "web_search",
        HostedFileSearchTool => "file_search",
        HostedCodeInterpreterTool => "code_interpreter",
        HostedImageGenerationTool => "image_generation",
        HostedMcpServerTool => "mcp",
        _ => throw FieldPolicy.Refusal("Tools", $"a {tool.GetType().Name} is unknown to this format; allowed are functions, web search, file search, code interpreter, image generation, MCP servers, and any tool whose AdditionalProperties have a 'type'", tool.Name),
    };

    private static void WriteFileSearch(Utf8JsonWriter writer, HostedFileSearchTool search)
    {
        if (search.MaximumResultCount is { } most)
        {
            writer.WriteNumber("max_num_results"u8, most);
        }

        if (search.AdditionalProperties.ContainsKey("vector_store_ids"))
        {
            return;
        }

        writer.WriteStartArray("vector_store_ids"u8);
        foreach (AIContent input in search.Inputs ?? [])
        {
            if (input is HostedVectorStoreContent store)
            {
                writer.WriteStringValue(store.VectorStoreId);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteContainer(Utf8JsonWriter writer, HostedCodeInterpreterTool code)
    {
        writer.WriteStartObject("container"u8);
        writer.WriteString("type"u8, "auto"u8);
        bool any = false;
        foreach (AIContent input in code.Inputs ?? [])
        {
            if (input is not HostedFileContent file)
            {
                continue;
            }

            if (!any)
            {
                writer.WriteStartArray("file_ids"u8);
                any = true;
            }

            writer.WriteStringValue(file.FileId);
        }

        if (any)
        {
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteServer(Utf8JsonWriter writer, HostedMcpServerTool server)
    {
        writer.WriteString("server_label"u8, server.ServerName);
        writer.WriteString(Uri.IsWellFormedUriString(server.ServerAddress, UriKind.Absolute) ? "server_url"u8 : "connector_id"u8, server.ServerAddress);
        if (server.ServerDescription is { } description)
        {
            writer.WriteString("server_description"u8, description);
        }

        if (server.AllowedTools is { Count: > 0 } allowed)
        {
            writer.WritePropertyName("allowed_tools"u8);
            ValueWriter.TryWrite(writer, allowed);
        }

        if (server.Headers is { Count: > 0 } headers)
        {
            writer.WriteStartObject("headers"u8);
            foreach (KeyValuePair<string, string> header in headers)
            {
                writer.WriteString(header.Key, header.Value);
            }

            writer.WriteEndObject();
        }

        if (server.ApprovalMode is { } approval)
        {
            writer.WriteString("require_approval"u8, approval is HostedMcpServerToolNeverRequireApprovalMode ? "never"u8 : "always"u8);
        }
    }
}
