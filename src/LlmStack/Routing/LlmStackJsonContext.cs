using System.Text.Json.Serialization;

namespace LlmStack.Routing;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallRoute))]
[JsonSerializable(typeof(RouteExplanation))]
[JsonSerializable(typeof(DeploymentStatus))]
[JsonSerializable(typeof(ConfigurationFinding))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationFinding>))]
[JsonSerializable(typeof(IReadOnlyList<DeploymentStatus>))]
internal sealed partial class LlmStackJsonContext : JsonSerializerContext;
